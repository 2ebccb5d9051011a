#pragma once

#include "actors/bus/event_source.hpp"
#include "config/limits.hpp"
#include "storage/backoff.hpp"
#include "storage/broker/kafka/consumer.hpp"
#include "storage/broker/kafka/deliveries.hpp"
#include "storage/broker/kafka/parking.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace boxoffice::broker {

/// A member of a consumer group that never gives up, in a thread of its own.
class kafka_source final : public event_source {
 public:
  using read_call = std::function<void(std::optional<parked_records>)>;
  kafka_source(kafka_place where, std::string group);
  ~kafka_source() override;
  kafka_source(const kafka_source&) = delete;
  kafka_source& operator=(const kafka_source&) = delete;

  void open(std::function<void(std::vector<arrival>)> arrived) override;
  void acknowledge(std::uint64_t through) override;
  void park(std::string body, std::string reason, std::function<void(bool)> done) override;
  void read_parked(read_call done) override;

 private:
  using milliseconds = std::chrono::milliseconds;
  enum class flow : std::uint8_t { open, paused };

  void run();
  void join_group();
  void turn();
  void collect(std::size_t records_max);
  void heed(kafka_consumer::event what);
  void take_back(kafka_consumer::news how);
  void await_room();
  void set_flow(flow wanted);
  void hand_over();
  /// Moves positions by what was acknowledged.
  void heed_acknowledgements();
  void read_if_asked();
  void commit();
  /// The same, of all positions, and waits for the answer.
  void commit_now();
  void end_membership();
  /// Until something was acknowledged, or the end.
  void rest(milliseconds most);

  const kafka_place where_;
  const std::string group_;
  std::function<void(std::vector<arrival>)> arrived_;

  // Of the thread alone; others only wake the consumer, under lock_.
  std::unique_ptr<kafka_consumer> consumer_;
  kafka_deliveries deliveries_;
  std::vector<arrival> batch_;
  std::uint64_t session_{0};  // assignments so far
  flow flow_{flow::open};
  bool commit_under_way_{false};
  std::chrono::steady_clock::time_point next_commit_{};  // after one that failed
  storage::backoff pause_{limits::bus_reconnect_first, limits::bus_reconnect_max};

  std::mutex lock_;
  std::condition_variable changed_;
  std::uint64_t acknowledged_{0};  // guarded by lock_
  read_call reading_;              // guarded by lock_
  std::uint64_t heeded_{0};        // of it, by the thread
  std::atomic<bool> ends_{false};  // written under lock_
  std::thread thread_;

  kafka_parking parking_;
};

}  // namespace boxoffice::broker
