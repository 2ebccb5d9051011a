#pragma once

#include "actors/core/metrics.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <typeinfo>
#include <unordered_map>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

namespace boxoffice::http {

/// Somebody who waits for one reply; called at most once, then destroyed.
class waiter {
 public:
  virtual ~waiter() = default;
  /// The type it waits for.
  [[nodiscard]] virtual const std::type_info& wanted() const = 0;
  /// Hands over the reply, an object of the wanted type; null when there will be none.
  virtual void finish(void* reply) = 0;
};

/// Who waits for which reply, and until when. Deadlines are on one wheel that turns only while
/// somebody waits; they are exact to `tick`. **Thread**: any.
class pending_replies : public std::enable_shared_from_this<pending_replies> {
 public:
  pending_replies(const boost::asio::any_io_executor& io, metrics& all);

  /// A correlation for `who`; never 0. When `within` is over, `who` is finished without a reply.
  std::uint64_t open(std::unique_ptr<waiter> who, std::chrono::milliseconds within);
  /// A reply came. Counts it as late when nobody waits for it, or not for this type.
  void settle(std::uint64_t correlation, const std::type_info& type, void* reply);
  /// A message came that is no reply.
  void count_unexpected() { unexpected_.add(); }
  /// Finishes everybody, now and whoever comes later, and lets go of the io executor, so that a
  /// late owner of the table may outlive it.
  void close();
  [[nodiscard]] std::size_t waiting() const;

 private:
  using instant = std::chrono::steady_clock::time_point;
  struct entry {
    std::unique_ptr<waiter> who;
    instant deadline;
  };
  static constexpr std::chrono::milliseconds tick{10};
  static constexpr std::size_t slot_count = 1024;  // a lap of 10 s

  static std::uint64_t tick_of(instant at);
  void arm();
  void turn();

  counter &late_, &unexpected_, &missed_;
  gauge& waiting_;
  mutable std::mutex lock_;
  std::unique_ptr<boost::asio::steady_timer> timer_;  // null after `close`
  std::unordered_map<std::uint64_t, entry> entries_;
  std::array<std::vector<std::uint64_t>, slot_count> wheel_;
  std::uint64_t next_correlation_{1}, turned_to_{0};
  bool turning_{false}, closed_{false};
};

}  // namespace boxoffice::http
