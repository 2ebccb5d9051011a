#pragma once

#include "actors/caf/message.hpp"
#include "actors/core/time.hpp"
#include "logging/log.hpp"

#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace boxoffice {

/// The rest of something an actor began: it comes back as a message to that actor, after a job of
/// its store or a pause, and runs there. An actor that has ended meanwhile never runs it.
struct continuation {
  std::function<void()> run;
};

}  // namespace boxoffice

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::continuation)

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

/// Runs `next` in the actor behind everything that has reached it by now.
template <class Self>
void run_soon(Self* self, std::function<void()> next) {
  self->send(self, continuation{std::move(next)});
}

/// Runs `next` in the actor when `pause` is over; without one, soon.
template <class Self>
void run_later(Self* self, milliseconds pause, std::function<void()> next) {
  if (pause <= milliseconds{0}) return run_soon(self, std::move(next));
  self->delayed_send(self, pause, continuation{std::move(next)});
}

/// Runs something in an actor after a pause: `run_later` for those who do not know the actor.
using timer_fn = std::function<void(milliseconds, std::function<void()>)>;
template <class Self>
timer_fn timer_of(Self* self) {
  return [self](milliseconds pause, std::function<void()> next) {
    run_later(self, pause, std::move(next));
  };
}

/// Hosts a `State` as an actor: every message of `State::interface` goes to `state.on(message)`,
/// and the state dies when the actor ends, so that handles it keeps cannot form a cycle.
///
/// A `State` has: `using interface = accepts<…>` (or accepts_also), a constructor that takes
/// `interface::pointer self` and then the arguments of `spawn_actor`, one `on` per message but
/// `continuation`, and a `name` for the log. Of every command that comes from a client's request,
/// the log has a line at the level debug, so that a request can be followed through the actors.
///
/// **Faults** an exception out of a handler is a bug: it is logged, and the actor ends, for nobody
/// may trust its memory any more. Its parent sees that: it monitors the actor, or the state has a
/// `failed()`, which tells it. **Why** two ways: monitoring costs a message whenever an actor ends,
/// which is too much for those that come and go with each purchase.
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
    void operator()(Message& message) const {
      // A handler may move the message away.
      const auto from = origin_of(message);
      if (from && log_enabled(log_level::debug))
        log(log_level::debug, from, State::name, "asked", {{"command", message_name<Message>()}});
      try {
        if constexpr (std::is_same_v<Message, continuation>)
          message.run();
        else
          host->state_->on(message);
      } catch (const std::exception& e) {
        host->failed(e.what(), from);
      }
    }
  };

  void failed(const char* what, const request_origin& from) {
    log(log_level::error, from, State::name, "a handler failed: this is a bug", {{"error", what}});
    if constexpr (requires(State & s) { s.failed(); }) state_->failed();
    this->quit(caf::exit_reason::unhandled_exception);
  }

  std::optional<State> state_;
};

/// Starts an actor over a `State`. The result converts to its public, narrower interface.
template <class State, class... Arguments>
typename State::interface spawn_actor(caf::actor_system& system, Arguments&&... arguments) {
  return system.spawn<actor_of<State>>(std::forward<Arguments>(arguments)...);
}

}  // namespace boxoffice
