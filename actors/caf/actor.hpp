#pragma once

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <utility>

namespace boxoffice {

/// The interface of an actor that takes each of `Messages` and answers, if at all, by a message of
/// its own (no CAF requests on the hot path: they cost four times as much and leave timers behind).
template <class... Messages>
using accepts = caf::typed_actor<caf::reacts_to<Messages>...>;

/// `Public` plus messages that only the actor and its own parts may send.
template <class Public, class... Messages>
using accepts_also = typename Public::template extend<caf::reacts_to<Messages>...>;

/// Whoever sent the message that is being handled; reply with `answer`.
template <class Self>
caf::actor sender_of(Self* self) {
  return caf::actor_cast<caf::actor>(self->current_sender());
}

/// Sends `reply` to `to` in the name of `self`; drops it when there is nobody to answer.
template <class Self, class Message>
void answer(Self* self, const caf::actor& to, Message&& reply) {
  if (to) caf::send_as(caf::actor_cast<caf::actor>(self), to, std::forward<Message>(reply));
}

namespace detail {
template <class State, class Message>
struct dispatch_entry {
  State* state;
  void operator()(Message& message) const { state->on(message); }
};
}  // namespace detail

/// The behaviour that hands each of `Messages` to `state.on(message)`.
template <class... Messages, class State>
caf::typed_behavior<caf::reacts_to<Messages>...> dispatch(State& state) {
  return {detail::dispatch_entry<State, Messages>{&state}...};
}

}  // namespace boxoffice
