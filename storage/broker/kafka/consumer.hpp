#pragma once

#include "storage/broker/kafka/client.hpp"
#include "storage/broker/kafka/deliveries.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

struct rd_kafka_topic_partition_list_s;

namespace boxoffice::broker {

/// One member of a consumer group, for one topic, from its subscription to its end.
/// **Thread**: one, unless it says otherwise.
class kafka_consumer {
 public:
  struct record {
    std::int32_t partition{0};
    std::int64_t offset{0};
    std::string body;
  };
  enum class news : std::uint8_t {
    nothing,
    arrived,    ///< a record
    assigned,   ///< the group gives this member partitions: `take_partitions`
    revoked,    ///< it takes all of them back: `release_partitions`
    lost,       ///< as `revoked`, but others may have them already
    committed,  ///< what was committed last
    not_committed,
    missing_topic,  ///< told once, until it is there
    brokers_away,   ///< the library has told it in the log
    trouble,        ///< it goes on by itself
    failed,         ///< this member is of no more use
  };
  struct event {
    news what{news::nothing};
    record value{};      ///< when one arrived
    std::string text{};  ///< when something is wrong
  };

  /// Subscribes. Throws kafka_error.
  kafka_consumer(const kafka_place& where, const std::string& group);
  ~kafka_consumer();
  kafka_consumer(const kafka_consumer&) = delete;
  kafka_consumer& operator=(const kafka_consumer&) = delete;

  /// Nothing when there is nothing within `wait`, and after `wake`. The group thinks a member dead
  /// that does not call it for five minutes.
  [[nodiscard]] event next(std::chrono::milliseconds wait);
  void wake() const { client_.wake(); }  ///< **Thread**: any

  void take_partitions();
  void release_partitions();
  /// No record arrives until `resume`. What the library had fetched is fetched again then.
  void pause();
  void resume();
  /// **Requires** that the last commit has its answer: news::committed or not_committed.
  void commit(const std::vector<kafka_position>& where);
  /// The same, but waits for the answer: whether it was good.
  bool commit_now(const std::vector<kafka_position>& where, std::chrono::milliseconds wait);
  /// Leaves the group, so that others get its partitions at once.
  void leave(std::chrono::milliseconds wait);

 private:
  struct freeing {
    void operator()(rd_kafka_topic_partition_list_s* of) const;
  };
  using partitions = std::unique_ptr<rd_kafka_topic_partition_list_s, freeing>;

  [[nodiscard]] event on_rebalance(const rd_kafka_op_s& what);
  [[nodiscard]] event on_error(const rd_kafka_op_s& what);
  [[nodiscard]] partitions offsets(const std::vector<kafka_position>& of) const;
  [[nodiscard]] partitions assignment() const;

  std::string topic_;
  kafka_client client_;
  partitions offered_;  // by the group, and not yet taken
};

}  // namespace boxoffice::broker
