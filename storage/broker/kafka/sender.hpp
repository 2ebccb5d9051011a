#pragma once

#include "actors/bus/event_publisher.hpp"
#include "storage/broker/kafka/producer.hpp"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

// The library's own name.
struct rd_kafka_s;

namespace boxoffice::broker {

/// Brings batches of messages into one topic, one batch at a time, in a thread of its own, with
/// one producer after another. Its promises are those of event_publisher.
class kafka_sender {
 public:
  using answer = event_publisher::answer;
  /// What is done about a topic that is not there: an operator makes it, or the sender.
  enum class absent_topic : std::uint8_t { is_awaited, is_made };

  kafka_sender(kafka_place where, absent_topic absent);
  /// A batch that is under way is answered before it returns.
  ~kafka_sender();
  kafka_sender(const kafka_sender&) = delete;
  kafka_sender& operator=(const kafka_sender&) = delete;

  /// As event_publisher::publish.
  void send(std::vector<kafka_message> batch, std::function<void(answer)> done);
  /// `seen` is called with each new producer, in the sender's thread: tests make it fail.
  /// **Requires** that nothing was sent.
  void watch(std::function<void(rd_kafka_s*)> seen) { seen_ = std::move(seen); }

 private:
  struct job {
    std::vector<kafka_message> batch;
    std::function<void(answer)> done;
  };

  void run();
  [[nodiscard]] std::optional<job> next_job();
  [[nodiscard]] answer bring(std::span<const kafka_message> batch);
  /// Makes a producer whose topic is there; otherwise, why there is none.
  [[nodiscard]] std::optional<std::string> make_ready();
  [[nodiscard]] std::optional<std::string> await_topic();
  void pause();

  const kafka_place where_;
  const absent_topic absent_;
  std::function<void(rd_kafka_s*)> seen_;
  // Of the thread alone.
  std::unique_ptr<kafka_producer> producer_;
  kafka_producer::sets sets_{kafka_producer::sets::of_many};

  std::mutex lock_;
  std::condition_variable changed_;
  std::optional<job> job_;         // guarded by lock_
  std::atomic<bool> ends_{false};  // written under lock_
  std::thread thread_;
};

}  // namespace boxoffice::broker
