#pragma once

#include "actors/caf/actor.hpp"
#include "http/ticket_table.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
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

/// Names the reply messages a bridge takes. Each has a member `std::uint64_t ticket`.
template <class... Replies>
struct reply_types {};

/// How a handler asks an actor: the one way from asio to CAF and back.
///
///     read_balance question{.user = …};   // named: docs/decisions/0005-questions-have-names.md
///     const auto reply = co_await bridge.ask<balance_reply>(accounts, std::move(question), 2s);
///     if (!reply) co_return problem{problem_code::unavailable};   // nothing known
///
/// The question is a plain message with a member `ticket`, sent in the name of one gateway actor;
/// the reply is a plain message to the sender with the same ticket. No CAF request, no timer per
/// question. No reply within the deadline means that nothing is known, not that nothing was done.
///
/// Life cycle: made before the server starts, destroyed after the server has stopped and before its
/// io executor and its actor system end. **Requires** the meters to outlive the actor system.
/// **Thread**: any.
class bridge {
 public:
  template <class... Replies>
  bridge(caf::actor_system& system, const boost::asio::any_io_executor& io, meters& all,
         reply_types<Replies...> /*taken*/)
      : table_{std::make_shared<ticket_table>(io, all)},
        // The table is an argument and no capture: CAF 0.17 dereferences the null list of none.
        gateway_{system.spawn(
            [](caf::event_based_actor* self,
               const std::shared_ptr<ticket_table>& table) -> caf::behavior {
              drop_unexpected(self, table);
              return {settle_entry<Replies>{table}...};
            },
            table_)} {}
  /// Ends the gateway actor; whoever still waits gets nothing.
  ~bridge();
  bridge(const bridge&) = delete;
  bridge& operator=(const bridge&) = delete;

  /// Sends `question` to `to` and waits for its reply. Empty when none came within `within`, or
  /// when `to` is not an actor. **Requires** `Reply` among the types of the bridge.
  template <class Reply, class Handle, class Question>
  boost::asio::awaitable<std::optional<Reply>> ask(Handle to, Question question,
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
          message.ticket = table->open(
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
  template <class Reply>
  struct settle_entry {
    std::shared_ptr<ticket_table> table;
    void operator()(Reply& reply) const { table->settle(reply.ticket, typeid(Reply), &reply); }
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

  static void drop_unexpected(caf::event_based_actor* self,
                              const std::shared_ptr<ticket_table>& table);

  std::shared_ptr<ticket_table> table_;
  caf::actor gateway_;
};

}  // namespace boxoffice::http
