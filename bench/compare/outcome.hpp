#pragma once

#include "bench/compare/side.hpp"

#include <string>
#include <utility>
#include <vector>

namespace boxoffice::compare {

/// The middle, and the lowest and highest of the rounds.
struct spread {
  double median{0}, min{0}, max{0};
};
spread spread_of(std::vector<double> values);

/// One side with all its rounds.
struct side_outcome {
  std::string name;
  std::string does;
  std::vector<measurement> rounds;
};

/// A measure to reach. With `over`, the ratio of the sides `of` and `over`; without, the value of
/// `of` itself.
struct goal {
  std::string what;  ///< the measure, as the table of goals calls it
  std::string of, over{};
  enum class quantity : std::uint8_t {
    per_second,
    p50,
    p99,
    figure
  } compares{quantity::per_second};
  enum class bound : std::uint8_t { at_least, at_most } is{bound::at_least};
  double must{0}, aim{0};
  std::string unit{"×"};
};

/// A goal for the figure `of`, in its own unit.
goal figure_goal(const std::string& what, const std::string& of, goal::bound is, double must,
                 double aim, const std::string& unit);

enum class verdict : std::uint8_t { aim_met, must_met, not_met };

struct judged_goal {
  goal asked;
  /// The median is the ratio of the medians; the spread is that of the rounds, each side against
  /// the other of the same round.
  spread measured;
  verdict is{verdict::not_met};
};

/// A number that is no rate of a side.
struct figure {
  std::string name;
  spread value;
  std::string unit;
};

/// A line of points; both axes are logarithmic where the chart says so.
struct curve {
  std::string name;
  std::vector<std::pair<double, double>> points;
};

struct chart {
  std::string title, x, y;
  enum class axes : std::uint8_t { linear, logarithmic } are{axes::linear};
  std::vector<curve> curves{};
};

/// y grows as x to this power: the slope of the line of least squares through the logarithms.
/// **Requires** two points or more, all above 0.
double fitted_exponent(const curve& of);

/// What a bench has found.
struct outcome {
  std::string name, what;
  std::string durability{};  ///< of all sides
  std::vector<side_outcome> sides{};
  std::vector<judged_goal> goals{};
  std::vector<figure> figures{};
  std::vector<chart> charts{};
  std::vector<std::string> notes{};
};

/// Measures the goal on the sides and figures of `found`. Throws std::runtime_error when it names
/// one that is not there.
judged_goal judge(const outcome& found, goal asked);

const char* to_text(verdict is);

}  // namespace boxoffice::compare
