#pragma once

#include "bench/cluster/map_readers.hpp"
#include "bench/cluster/steady_load.hpp"
#include "bench/load/market.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace boxoffice::load {

/// One buyer an operation, who holds a seat and gives it back: two changes of the map. Seats and
/// buyers in turn.
class seat_changes {
 public:
  explicit seat_changes(market at) : market_{std::move(at)} {}

  boost::asio::awaitable<void> hold_and_release(balanced_client& by, std::uint64_t number);

  [[nodiscard]] const market& at() const { return market_; }
  // **Requires** the load to have stopped.
  [[nodiscard]] std::uint64_t failed() const { return failed_; }
  [[nodiscard]] const std::string& first_failure() const { return first_failure_; }

 private:
  bool expect(const rush::http_answer& answer, int status);

  const market market_;
  std::uint64_t failed_{0};
  std::string first_failure_;
};

/// Reads the map of a schedule, and tells the readers of it if there is one.
boost::asio::awaitable<void> look_at_map(balanced_client& by, const std::string& schedule,
                                         map_readers& all);

}  // namespace boxoffice::load
