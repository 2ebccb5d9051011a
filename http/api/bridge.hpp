#pragma once

#include "actors/caf/actor.hpp"
#include "actors/caf/replies.hpp"
#include "actors/core/time.hpp"
#include "http/api/pending_replies.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

namespace boxoffice::http {

namespace bridge_detail {

/// Messages that are no reply are counted and dropped.
void count_unexpected(caf::event_based_actor* self, const std::shared_ptr<pending_replies>& table);

}  // namespace bridge_detail

/// How a handler asks an actor: the one way from asio to CAF and back.
///
///     read_balance question{.user = …};   // named: docs/decisions/0005-questions-have-names.md
///     const auto reply = co_await bridge.ask(accounts, std::move(question), 2s);
///     if (!reply) co_return problem{problem_code::unavailable};   // nothing known
///
/// A question is a plain message that names its `reply` and has the members `correlation` and
/// `call`; it is sent in the name of one gateway actor. The reply is a plain message to the sender
/// with the same correlation. No CAF request, no timer per question. No reply within the deadline
/// means that nothing is known, not that nothing was done. `Actors` are the interfaces that can be
/// asked: from their questions follows which replies are taken.
///
/// Life cycle: made before the server starts, destroyed after the server has stopped and before its
/// io executor and its actor system end. **Requires** the metrics to outlive the actor system.
/// **Thread**: any.
template <class... Actors>
class bridge {
 public:
  bridge(caf::actor_system& system, const boost::asio::any_io_executor& io,
         const boxoffice::clock& time, metrics& all)
      : time_{time},
        table_{std::make_shared<pending_replies>(io, all)},
        gateway_{spawn_gateway(system, table_, replies{})} {}
  /// Ends the gateway actor; whoever still waits gets nothing.
  ~bridge() {
    table_->close();
    caf::anon_send_exit(gateway_, caf::exit_reason::user_shutdown);
  }
  bridge(const bridge&) = delete;
  bridge& operator=(const bridge&) = delete;

  /// Sends `question` to `to` and waits for its reply. Empty when none came within `within`, or
  /// when `to` is not an actor. The question carries this deadline: after it nobody carries it out.
  template <class Handle, class Question, class Reply = typename Question::reply>
  requires(std::is_same_v<Handle, Actors> ||
           ...) boost::asio::awaitable<std::optional<Reply>> ask(Handle to, Question question,
                                                                 std::chrono::milliseconds within) {
    if (!to) co_return std::nullopt;
    co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>,
                                                   void(std::optional<Reply>)>(
        [&](auto done) {
          // Everything on this stack: the coroutine may go on before the message has left.
          auto table = table_;
          auto gateway = gateway_;
          auto target = std::move(to);
          auto message = std::move(question);
          message.call.deadline = time_.now() + within;
          message.correlation = table->open(
              std::make_unique<waiting<Reply, decltype(done)>>(std::move(done)), within);
          caf::send_as(gateway, target, std::move(message));
        },
        boost::asio::use_awaitable);
  }

  /// Sends a message nobody answers.
  template <class Handle, class Message>
  void tell(const Handle& to, Message message) {
    if (to) caf::send_as(gateway_, to, std::move(message));
  }

  [[nodiscard]] std::size_t waiting_count() const { return table_->waiting(); }

 private:
  using replies = replies_of_all<Actors...>;

  template <class Reply>
  struct settle_entry {
    std::shared_ptr<pending_replies> table;
    void operator()(Reply& reply) const { table->settle(reply.correlation, typeid(Reply), &reply); }
  };

  template <class Reply, class Done>
  class waiting : public waiter {
   public:
    explicit waiting(Done done) : done_{std::move(done)} {}
    [[nodiscard]] const std::type_info& wanted() const override { return typeid(Reply); }
    void finish(void* reply) override {
      std::optional<Reply> result;
      if (reply != nullptr) result.emplace(std::move(*static_cast<Reply*>(reply)));
      auto io = boost::asio::get_associated_executor(done_);
      boost::asio::post(io, [done = std::move(done_), result = std::move(result)]() mutable {
        std::move(done)(std::move(result));
      });
    }

   private:
    Done done_;
  };

  template <class... Replies>
  static caf::actor spawn_gateway(caf::actor_system& system,
                                  const std::shared_ptr<pending_replies>& table,
                                  message_list<Replies...> /*taken*/) {
    // The table is an argument and no capture: CAF 0.17 dereferences the null list of none.
    return system.spawn(
        [](caf::event_based_actor* self,
           const std::shared_ptr<pending_replies>& shared) -> caf::behavior {
          bridge_detail::count_unexpected(self, shared);
          return {settle_entry<Replies>{shared}...};
        },
        table);
  }

  const boxoffice::clock& time_;
  std::shared_ptr<pending_replies> table_;
  caf::actor gateway_;
};

}  // namespace boxoffice::http
