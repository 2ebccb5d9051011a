#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace boxoffice {

using milliseconds = std::chrono::milliseconds;
using seconds = std::chrono::seconds;

/// A moment in UTC, in whole milliseconds.
using time_point = std::chrono::sys_time<milliseconds>;

/// "Never": what a field holds that has no time yet.
inline constexpr time_point no_time{};

/// Where the time comes from. **Thread**: any.
class clock {
 public:
  virtual ~clock() = default;
  /// For durations and deadlines: passes as real time does, whatever is done to the wall clock.
  [[nodiscard]] virtual time_point now() const = 0;
  /// For what people have put into the calendar (sales windows, starts of concerts, ends of
  /// tokens): the wall clock.
  [[nodiscard]] virtual time_point calendar() const { return now(); }
};

/// RFC 3339 in UTC with milliseconds: `2026-11-22T18:45:24.123Z`. **Source**: RFC 3339, 5.6.
std::string to_rfc3339(time_point at);

/// Reads RFC 3339 with `Z` or an offset and 0 to 9 fraction digits (cut to milliseconds).
/// Empty when malformed, not a date of the calendar, or in UTC outside the years 0000 to 9999.
std::optional<time_point> parse_rfc3339(std::string_view text);

inline std::int64_t to_unix_ms(time_point at) { return at.time_since_epoch().count(); }
inline time_point from_unix_ms(std::int64_t ms) { return time_point{milliseconds{ms}}; }

}  // namespace boxoffice
