#pragma once

#include "storage/broker/kafka/client.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

struct rd_kafka_topic_s;
struct rd_kafka_message_s;

namespace boxoffice::broker {

/// What goes into a topic as one record.
struct kafka_message {
  std::string key;  ///< empty: none, then any partition will do
  std::string body;
  std::vector<std::pair<const char*, std::string>> headers;
};

/// One producer of the library for one topic. It is idempotent: brokers take the sets of messages
/// of a partition in their order and without a gap, or not at all. **Thread**: one.
class kafka_producer {
 public:
  /// How many messages travel in one set, which brokers take or refuse as a whole.
  enum class sets : std::uint8_t { of_many, of_one };
  enum class topic : std::uint8_t { there, missing, unknown };
  /// What became of a message that was offered with this number.
  struct report {
    std::size_t number{0};
    kafka_verdict verdict{kafka_verdict::good};
    int code{0};
  };

  /// Throws kafka_error.
  kafka_producer(const kafka_place& where, sets how);
  ~kafka_producer();
  kafka_producer(const kafka_producer&) = delete;
  kafka_producer& operator=(const kafka_producer&) = delete;

  /// Asks the brokers for the topic; those that make topics on demand begin to make it.
  [[nodiscard]] topic look_up(std::chrono::milliseconds wait);
  /// Asks the brokers to make it, as kafka.hpp says of what is parked.
  void make_topic(std::chrono::milliseconds wait);
  /// Whether the topic has more partitions than `look_up` has seen.
  [[nodiscard]] bool has_grown() const { return has_grown_; }
  /// Hands a message to the library, which copies it. Not taken: its verdict. **Requires** that the
  /// topic is there.
  [[nodiscard]] report offer(const kafka_message& what, std::size_t number);
  /// What is reported; it waits for the first event only.
  [[nodiscard]] std::vector<report> reports(std::chrono::milliseconds wait);
  enum class unreported : std::uint8_t { not_sent, all };
  /// Gives up what was offered and is not reported: the reports come at once. Brokers may take what
  /// was sent all the same.
  void give_up(unreported what);

  [[nodiscard]] std::optional<std::string> fatal() const { return client_.fatal(); }
  /// The last thing that went wrong with a broker since the last good report.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }
  [[nodiscard]] rd_kafka_s* library() const { return client_.get(); }

 private:
  struct freeing {
    void operator()(rd_kafka_topic_s* of) const;
  };

  using clock = std::chrono::steady_clock;
  struct partition {
    clock::time_point checked{};  ///< when a broker last took a set
    bool first_under_way{false};  ///< a message that has to be taken before another is offered
  };

  void is_taken(const rd_kafka_message_s& what);
  [[nodiscard]] int partition_of(const std::string& key) const;

  std::string name_;
  kafka_client client_;
  std::unique_ptr<rd_kafka_topic_s, freeing> topic_;  // goes before its client
  std::map<int, partition> partitions_;
  int count_{1};  // of partitions
  bool has_grown_{false};
  std::string trouble_;
};

}  // namespace boxoffice::broker
