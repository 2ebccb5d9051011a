#pragma once

#include "actors/core/time.hpp"
#include "actors/durable/figures.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

namespace boxoffice::http {

/// Whose figures a summary is made of.
enum class figure_source : std::uint8_t {
  catalogue,
  queue,
  best_selling,
  reservation,
  point,
  payment,
  outbox,
};
inline constexpr std::array figure_sources{
    std::string_view{"catalogue"},   std::string_view{"queue"}, std::string_view{"best_selling"},
    std::string_view{"reservation"}, std::string_view{"point"}, std::string_view{"payment"},
    std::string_view{"outbox"}};

/// What was heard at one moment.
struct house_reading {
  time_point at{};                                                          ///< for rates
  time_point calendar{};                                                    ///< for people
  std::array<std::optional<figures_reply>, figure_sources.size()> heard{};  ///< empty: silent
  std::uint64_t seats{0};                                                   ///< of all schedules
  duration_counts gateway;  ///< answers of this process
  nlohmann::ordered_json nodes, problems;

  [[nodiscard]] const figures_reply* of(figure_source s) const {
    const auto& found = heard[static_cast<std::size_t>(s)];
    return found ? &*found : nullptr;
  }
};

/// Makes summaries out of readings, one after the other: levels as they were heard, and what has
/// happened since the reading before as rates. What cannot be known is null: whatever a silent
/// service would say, and rates while there is one reading of its process. Pure.
class house_figures {
 public:
  /// The data of a `summary`.
  nlohmann::ordered_json take(house_reading now);

 private:
  std::deque<house_reading> window_;  // the newest last
};

/// The bound, in milliseconds, below which `part` of what was counted between the two ended. Empty
/// when nothing was, and when `before` is of another process.
std::optional<double> quantile_ms(const duration_counts& before, const duration_counts& after,
                                  double part);

}  // namespace boxoffice::http
