#pragma once

#include "actors/concert/catalogue.hpp"
#include "actors/core/metrics.hpp"
#include "actors/core/random.hpp"
#include "actors/node/service_handles.hpp"
#include "config/settings.hpp"
#include "http/api/bridge.hpp"
#include "http/server/problem.hpp"
#include "http/server/request.hpp"
#include "http/server/response.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace boxoffice::http {

/// Whoever a gateway may ask; their questions say which replies there are.
using service_bridge = bridge<catalogue_actor, queue_service_actor, reservation_service_actor,
                              point_service_actor, payment_service_actor, outbox_service_actor,
                              best_selling_actor, sold_out_actor, auditor_actor>;

/// What a node says of itself.
struct node_facts {
  std::string version;
  std::string name;  ///< among other nodes; empty: there are none
  role_set roles;
  time_point started_at{};
};

class live_streams;

/// What a gateway is given.
struct gateway_parts {
  service_handles services;
  const catalogue_view& catalogue;
  const metrics& measured;
  random_source& random;  ///< of span ids
  std::chrono::seconds hold_time_default{300};
  std::chrono::milliseconds payment_answer_time{3000};
  /// Differs at each start, so that no ETag outlives the counter it is made of.
  std::uint64_t incarnation{0};
  node_facts node{};
  live_streams* streams{nullptr};  ///< null: there are none
};

/// What the endpoints share: the handles, the bridge, and the ways of asking. One per server.
/// **Thread**: any.
class gateway {
 public:
  gateway(service_bridge& actors, gateway_parts parts)
      : actors_{actors}, parts_{std::move(parts)} {}

  [[nodiscard]] const gateway_parts& parts() const { return parts_; }
  [[nodiscard]] const service_handles& services() const { return parts_.services; }
  [[nodiscard]] std::shared_ptr<const catalogue> snapshot() const {
    return parts_.catalogue.snapshot();
  }
  /// Whether all of it was here at least once.
  [[nodiscard]] bool knows_catalogue() const { return parts_.catalogue.is_known(); }
  /// Whether what is not in the snapshot does not exist.
  [[nodiscard]] bool is_complete(const request& from) const {
    return parts_.catalogue.is_complete(from.now);
  }
  /// Whether what is in memory may be told: another node has not taken over.
  [[nodiscard]] bool may_answer() const {
    return services().stores == nullptr || services().stores->may_answer();
  }
  /// `not_found`; but for a catalogue that may lack something, that it cannot be said now.
  [[nodiscard]] problem missing(const request& from, problem not_found) const;

  /// Sends `question`, which is moved from, for the request `from`, and waits for its reply; empty
  /// when none came in time. **Why** an lvalue: GCC 12 copies an aggregate made inside a co_await
  /// expression bit by bit, so the question must have a name of its own.
  template <class Handle, class Message>
  auto ask(request& from, const Handle& to, Message& question,
           std::chrono::milliseconds within = limits::http_ask_time_max) {
    question.call.from = origin_of(from);
    return ask_for_nobody(to, question, within);
  }
  /// The same when no client asked.
  template <class Handle, class Message>
  auto ask_for_nobody(const Handle& to, Message& question,
                      std::chrono::milliseconds within = limits::http_ask_time_max) {
    return actors_.ask(to, std::move(question), within);
  }

  /// What the waiting room of `concert` says of the request's Queue-Token.
  struct admission {
    queue_check verdict{queue_check::admitted};
    std::uint32_t position{0};
    queue_token token{};
    bool known{true};  ///< false: the waiting room did not answer
  };
  boost::asio::awaitable<admission> admit(request& from, concert_id concert);
  /// The user holds seats until then, and keeps their slot as long.
  void keep_slot(request& from, queue_token token, time_point until);

 private:
  /// As others know the request: the parent of what they do is a span of this server.
  const request_origin& origin_of(request& from);

  service_bridge& actors_;
  gateway_parts parts_;
};

/// The problem for a reply that did not come or came with a fault. Reads and idempotent commands
/// only say that they could not be done now.
std::optional<problem> problem_of(fault what);

/// For commands with an Idempotency-Key: an unknown outcome is "still running", which the same key
/// will tell; a key that was reused or is in flight is its own problem.
std::optional<problem> problem_of(fault what, key_verdict key);

/// The problem of an unknown outcome of a command with a key.
problem still_running();

/// The answer with `Idempotent-Replayed` when it is a replay.
response marked(response answer, key_verdict key);

/// Refusals of the waiting room, in the form of the domains' replies.
problem queue_problem(queue_check verdict, std::uint32_t position);

}  // namespace boxoffice::http
