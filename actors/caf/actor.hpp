#pragma once

#include <optional>
#include <utility>

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/send.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace boxoffice {

/// The interface of an actor that takes each of `Messages` and answers, if at all, by a message of
/// its own (no CAF requests on the hot path: they cost four times as much and leave timers behind).
/// **Why** not caf::reacts_to: clang-tidy 14 cannot deduce `Messages` through that alias.
template <class... Messages>
using accepts =
    caf::typed_actor<caf::typed_mpi<caf::detail::type_list<Messages>, caf::output_tuple<void>>...>;

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

/// Hosts a `State` as an actor: every message of `State::interface` goes to `state.on(message)`,
/// and the state dies when the actor ends, so that handles it keeps cannot form a cycle.
///
/// A `State` has: `using interface = accepts<…>` (or accepts_also), a constructor that takes
/// `interface::pointer self` and then the arguments of `spawn_actor`, and one `on` per message.
/// **Faults** an exception out of a handler ends the actor: catch at the boundary.
template <class State, class Interface = typename State::interface>
class actor_of;

template <class State, class... Messages>
class actor_of<State, accepts<Messages...>> final : public accepts<Messages...>::base {
 public:
  using super = typename accepts<Messages...>::base;

  template <class... Arguments>
  explicit actor_of(caf::actor_config& config, Arguments&&... arguments) : super{config} {
    this->set_default_handler(caf::drop);
    state_.emplace(this, std::forward<Arguments>(arguments)...);
  }
  typename super::behavior_type make_behavior() override { return {entry<Messages>{this}...}; }
  void on_exit() override { state_.reset(); }

 private:
  template <class Message>
  struct entry {
    actor_of* host;
    void operator()(Message& message) const { host->state_->on(message); }
  };
  std::optional<State> state_;
};

/// Starts an actor over a `State`. The result converts to its public, narrower interface.
template <class State, class... Arguments>
typename State::interface spawn_actor(caf::actor_system& system, Arguments&&... arguments) {
  return system.spawn<actor_of<State>>(std::forward<Arguments>(arguments)...);
}

}  // namespace boxoffice
