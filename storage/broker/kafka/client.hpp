#pragma once

#include "storage/broker/kafka.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// The library's own names; its header stays in .cpp files.
struct rd_kafka_s;
struct rd_kafka_op_s;
struct rd_kafka_queue_s;

namespace boxoffice::broker {

/// What a code of the library means here.
enum class kafka_verdict : std::uint8_t {
  good,
  not_now,    ///< there is no room before the next report
  too_large,  ///< an event, or the set of events that it travelled in
  refused,    ///< the same, by the broker's own check of its content
  missing_topic,
  away,   ///< brokers; the library goes on trying, and has told it in the log
  later,  ///< everything else passes, or an operator makes it pass
};

kafka_verdict verdict_of(int code);
std::string text_of(int code);

/// Settings that the library does not take: a file of authorities that is not there, a mechanism
/// that it does not know.
class kafka_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Frees a thing of the library.
struct kafka_freeing {
  void operator()(rd_kafka_queue_s* of) const;
  void operator()(rd_kafka_op_s* of) const;
};
using kafka_event = std::unique_ptr<rd_kafka_op_s, kafka_freeing>;
using kafka_queue = std::unique_ptr<rd_kafka_queue_s, kafka_freeing>;

/// One client of the library with its threads and connections, from its settings to its end.
///
/// The library tells everything through one queue of events; it calls nothing of ours but the
/// log. So nothing of ours has to outlive it, and the destructor waits for it for a second at most:
/// a resolver that does not answer holds the library's threads longer. **Thread**: one, unless it
/// says otherwise.
class kafka_client {
 public:
  enum class side : std::uint8_t { produces, consumes };
  using settings = std::vector<std::pair<const char*, std::string>>;
  /// `more` comes after what every client is set to. Throws kafka_error.
  kafka_client(side which, const kafka_place& where, const settings& more);
  ~kafka_client();
  kafka_client(const kafka_client&) = delete;
  kafka_client& operator=(const kafka_client&) = delete;

  [[nodiscard]] rd_kafka_s* get() const { return client_; }
  [[nodiscard]] rd_kafka_queue_s* queue() const { return queue_.get(); }
  /// The next event; none when there is none within `wait`, and after `wake`.
  [[nodiscard]] kafka_event next(std::chrono::milliseconds wait) const;
  /// A `next` that waits returns. **Thread**: any.
  void wake() const;
  /// Why this client is of no more use.
  [[nodiscard]] std::optional<std::string> fatal() const;

 private:
  rd_kafka_s* client_{nullptr};
  kafka_queue queue_;
};

}  // namespace boxoffice::broker
