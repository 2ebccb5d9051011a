#pragma once

#include "bench/cluster/steady_load.hpp"
#include "bench/load/histogram.hpp"
#include "bench/load/market.hpp"
#include "tests/rush/acknowledgements.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace boxoffice::load {

/// One buyer an operation, who holds a seat, pays for it, and follows the payment until it has
/// ended.
class sure_purchases {
 public:
  using clock = steady_load::clock;

  explicit sure_purchases(market at) : market_{std::move(at)} {}

  boost::asio::awaitable<void> buy(balanced_client& by, std::uint64_t number,
                                   clock::time_point meant);
  /// How many there can be.
  [[nodiscard]] std::uint64_t count_max() const;
  [[nodiscard]] const market& at() const { return market_; }

  /// A purchase whose payment was told to be COMPLETED.
  struct completed {
    clock::time_point meant, told;
  };
  // **Requires** the load to have stopped.
  [[nodiscard]] const std::vector<completed>& all() const { return all_; }
  [[nodiscard]] std::uint64_t refused_holds() const { return refused_holds_; }
  /// Payments with any other end than COMPLETED, or none at all.
  [[nodiscard]] std::uint64_t failed_payments() const { return failed_payments_; }
  [[nodiscard]] const std::string& first_failure() const { return first_failure_; }
  /// From when a purchase was meant to begin, and from when its payment was: from the answer to
  /// the hold.
  [[nodiscard]] const histogram& whole() const { return whole_; }
  [[nodiscard]] const histogram& payment() const { return payment_; }
  /// What the buyers were told is done.
  [[nodiscard]] const rush::acknowledgement_log& log() const { return log_; }

  /// The longest time between two purchases that were told within [from, to], or between one of
  /// them and an end of that.
  [[nodiscard]] clock::duration longest_silence(clock::time_point from, clock::time_point to) const;
  /// From `at` until the first purchase that was meant to begin after it was told.
  [[nodiscard]] clock::duration first_begun_after(clock::time_point at) const;

 private:
  void note_failure(std::uint64_t& count, const rush::http_answer& answer);

  const market market_;
  std::vector<completed> all_;
  std::uint64_t refused_holds_{0}, failed_payments_{0};
  std::string first_failure_;
  histogram whole_, payment_;
  rush::acknowledgement_log log_;
};

}  // namespace boxoffice::load
