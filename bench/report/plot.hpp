#pragma once

#include <string>
#include <utility>
#include <vector>

namespace boxoffice::report {

/// A bar with the lowest and the highest of its rounds.
struct bar {
  std::string name;
  double value{0}, min{0}, max{0};
};

/// Bars one below the other, from 0.
std::string plot_bars(const std::string& title, const std::vector<bar>& bars);

struct line {
  std::string name;
  std::vector<std::pair<double, double>> points;
};

enum class scale : bool { linear, logarithmic };

/// Lines in one frame; a point that a logarithmic axis cannot show is left out. Both axes have the
/// same scale.
std::string plot_lines(const std::string& title, const std::string& x, const std::string& y,
                       scale axes, const std::vector<line>& lines);

}  // namespace boxoffice::report
