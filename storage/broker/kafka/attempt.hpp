#pragma once

#include "storage/broker/kafka/producer.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace boxoffice::broker {

/// One try to bring a batch into a topic with one producer: once.
class kafka_attempt {
 public:
  struct failure {
    kafka_verdict verdict{kafka_verdict::later};
    std::string text;
    /// The library did not even take it, and the producer is as good as before.
    bool in_this_process{false};
  };
  /// Borrows both.
  kafka_attempt(kafka_producer& on, std::span<const kafka_message> batch);

  /// Offers everything in its order and waits for the reports. After the first failure nothing
  /// more is offered. It gives up when nothing is reported for limits::bus_answer_time_max, or once
  /// `ends`. **Ensures** that nothing of the batch is in the library afterwards, or that the
  /// producer is to be ended.
  void run(const std::atomic<bool>& ends);
  /// How many of the batch, from its beginning, are in the topic.
  [[nodiscard]] std::size_t confirmed() const { return confirmed_; }
  /// What happened to the first that is not confirmed.
  [[nodiscard]] std::optional<failure> first_failure() const;
  /// Whether a broker refused a set of events for what is in it. With it the producer failed, and
  /// so did events of other sets that were still to be sent.
  [[nodiscard]] bool has_refused_set() const { return refused_set_; }

 private:
  using clock = std::chrono::steady_clock;

  void offer();
  void take_reports(std::chrono::milliseconds wait);
  void give_up();
  [[nodiscard]] bool is_over() const;

  kafka_producer& producer_;
  std::span<const kafka_message> batch_;
  std::vector<std::optional<kafka_producer::report>> reports_;  // by number, of what was offered
  std::optional<kafka_producer::report> not_taken_;             // by the library
  std::size_t reported_{0};
  std::size_t confirmed_{0};
  bool stopped_{false};  // nothing more is offered
  bool broken_{false};   // the producer, by what it reported
  bool refused_set_{false};
  bool gave_up_{false};
  clock::time_point progress_{};
};

}  // namespace boxoffice::broker
