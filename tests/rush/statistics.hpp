#pragma once

#include "tests/rush/http_message.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice::rush {

/// What a buyer does, as the table calls it.
enum class step : std::uint8_t {
  token,
  join,
  poll,
  seats,
  hold,
  charge,
  pay,
  lookup,
  refund,
  give_back
};
inline constexpr std::size_t step_count = 10;
std::string_view to_text(step s);

/// How a buyer's visit ended.
enum class visit_end : std::uint8_t {
  bought,
  refunded,  ///< bought, and gave it back
  gave_up,   ///< of own free will
  sold_out,  ///< nothing left that could be had
  too_late,  ///< the hold or the place in line ended first
  failed,    ///< the server gave an answer that docs/API.md does not foresee here, or none
};
inline constexpr std::size_t visit_end_count = 6;
std::string_view to_text(visit_end e);

/// Whether the run takes away what the server needs: then 503 with Retry-After is an answer, as the
/// contract says, and otherwise a fault.
enum class outages : bool { unforeseen, foreseen };

/// What one run measured. **Thread**: the one that runs the buyers.
class statistics {
 public:
  void expect(outages how) { outages_ = how; }
  [[nodiscard]] outages expected() const { return outages_; }
  void count(step s, const http_answer& answer);
  /// The contract broken in an answer, with the ids it is about.
  void violation(std::string what) { violations_.push_back(std::move(what)); }
  void ended(visit_end how) { ++ends_[static_cast<std::size_t>(how)]; }
  /// A buyer who had left with this end tries once more.
  void came_back(visit_end how) { --ends_[static_cast<std::size_t>(how)]; }

  struct spread {
    std::size_t count{0};
    std::chrono::microseconds p50{0}, p95{0}, p99{0}, max{0};
  };
  /// **Units**: as the client sees it, without its own wait for a free connection.
  [[nodiscard]] spread latency(step s) const;
  [[nodiscard]] std::size_t ends(visit_end how) const {
    return ends_[static_cast<std::size_t>(how)];
  }
  [[nodiscard]] const std::map<int, std::size_t>& statuses() const { return statuses_; }
  /// Answers 503 with Retry-After, when outages are foreseen.
  [[nodiscard]] std::size_t told_later() const { return told_later_; }
  /// Problem codes by step, e.g. `hold seat_taken`.
  [[nodiscard]] const std::map<std::string, std::size_t>& refusals() const { return refusals_; }
  [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }
  [[nodiscard]] std::size_t requests() const { return requests_; }
  [[nodiscard]] std::size_t server_errors() const { return server_errors_; }
  [[nodiscard]] std::size_t unanswered() const { return unanswered_; }

 private:
  std::array<std::vector<std::uint32_t>, step_count> microseconds_;
  std::array<std::size_t, visit_end_count> ends_{};
  std::map<int, std::size_t> statuses_;
  std::map<std::string, std::size_t> refusals_;
  std::vector<std::string> violations_;
  std::size_t requests_{0};
  std::size_t server_errors_{0};
  std::size_t told_later_{0};
  outages outages_{outages::unforeseen};
  std::size_t unanswered_{0};
};

}  // namespace boxoffice::rush
