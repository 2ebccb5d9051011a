#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace boxoffice {

/// Keeps a log quiet when something goes wrong over and over: of each kind of line one is written a
/// second, and the others are counted. Pure. **Thread**: one at a time.
class log_limiter {
 public:
  using time = std::chrono::steady_clock::time_point;
  struct line {
    int level{0};
    std::string text;
    std::uint64_t repeated{0};  ///< lines of its kind that were left out since the last one written
  };

  /// `kinds_max`: what comes beyond is not limited.
  explicit log_limiter(std::size_t kinds_max) : kinds_max_{kinds_max} {}

  /// Whether it is written now. A line that is left out is kept, if it is the last of its kind.
  [[nodiscard]] std::optional<line> admit(const std::string& kind, line what, time now);

  /// Of each kind the last line that was left out, once its second is over; all at `time::max()`.
  [[nodiscard]] std::vector<line> due(time now);

 private:
  struct state {
    time quiet_until;
    std::optional<line> last;
  };
  std::size_t kinds_max_;
  std::unordered_map<std::string, state> kinds_;
};

}  // namespace boxoffice
