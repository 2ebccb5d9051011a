#include "bench/report/plot.hpp"

#include "bench/report/markup.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <sstream>

namespace boxoffice::report {
namespace {

// **Units** pixels of the drawing.
constexpr double width = 760, line_height = 320, bar_height = 22;
constexpr double left = 70, right = 20, top = 34, bottom = 46, names_width = 330;

constexpr std::array colours{"#3465a4", "#cc5500", "#4e9a06", "#75507b", "#c4a000", "#a40000"};

std::string open(double height, const std::string& title) {
  std::ostringstream out;
  out << "<svg viewBox='0 0 " << width << ' ' << height << "' role='img' aria-label='"
      << escaped(title) << "'><text class='title' x='0' y='16'>" << escaped(title) << "</text>\n";
  return out.str();
}

void write_text(std::ostream& out, double x, double y, const char* anchor,
                const std::string& text) {
  out << "<text x='" << x << "' y='" << y << "' text-anchor='" << anchor << "'>" << escaped(text)
      << "</text>\n";
}

void write_line(std::ostream& out, const char* kind, double x1, double y1, double x2, double y2) {
  out << "<line class='" << kind << "' x1='" << x1 << "' y1='" << y1 << "' x2='" << x2 << "' y2='"
      << y2 << "'/>\n";
}

/// One axis: from values to pixels, and where its marks stand.
class axis {
 public:
  axis(scale how, double low, double high, double from, double to)
      : how_{how}, low_{low}, high_{high}, from_{from}, to_{to} {
    if (how_ == scale::linear) {
      low_ = std::min(0.0, low_);
    } else {
      low_ = std::pow(10, std::floor(std::log10(low_)));
      high_ = std::pow(10, std::ceil(std::log10(high_)));
    }
    if (high_ <= low_) high_ = how_ == scale::linear ? low_ + 1 : low_ * 10;
  }
  [[nodiscard]] double at(double value) const {
    const double share = how_ == scale::linear ? (value - low_) / (high_ - low_)
                                               : std::log(value / low_) / std::log(high_ / low_);
    return from_ + share * (to_ - from_);
  }
  [[nodiscard]] std::vector<double> marks() const {
    std::vector<double> out;
    if (how_ == scale::logarithmic) {
      const auto powers = std::lround(std::log10(high_ / low_));
      for (long i = 0; i <= powers; ++i)
        out.push_back(low_ * std::pow(10, i));
      return out;
    }
    // The step of 1, 2 or 5 times a power of ten that makes about five.
    const double rough = (high_ - low_) / 5, power = std::pow(10, std::floor(std::log10(rough)));
    const double step = power * (rough / power > 5   ? 10
                                 : rough / power > 2 ? 5
                                 : rough / power > 1 ? 2
                                                     : 1);
    const auto first = std::lround(std::ceil(low_ / step));
    const auto last = std::lround(std::floor(high_ / step + 0.001));
    for (long i = first; i <= last; ++i)
      out.push_back(static_cast<double>(i) * step);
    return out;
  }

 private:
  scale how_;
  double low_, high_, from_, to_;
};

struct range {
  double low{std::numeric_limits<double>::max()}, high{std::numeric_limits<double>::lowest()};
  void take(double v) {
    low = std::min(low, v);
    high = std::max(high, v);
  }
};

std::vector<line> shown(const std::vector<line>& lines, scale axes) {
  auto out = lines;
  for (auto& each : out)
    std::erase_if(each.points, [&](const auto& p) {
      const bool finite = std::isfinite(p.first) && std::isfinite(p.second);
      return !finite || (axes == scale::logarithmic && (p.first <= 0 || p.second <= 0));
    });
  std::erase_if(out, [](const line& each) { return each.points.empty(); });
  return out;
}

void write_curve(std::ostream& out, const line& one, const char* colour, const axis& x,
                 const axis& y) {
  out << "<polyline class='curve' stroke='" << colour << "' points='";
  for (const auto& [a, b] : one.points)
    out << x.at(a) << ',' << y.at(b) << ' ';
  out << "'/>\n";
  for (const auto& [a, b] : one.points)
    out << "<circle cx='" << x.at(a) << "' cy='" << y.at(b) << "' r='2.5' fill='" << colour
        << "'><title>" << escaped(one.name) << ": " << number(a) << ", " << number(b)
        << "</title></circle>\n";
}

}  // namespace

std::string plot_bars(const std::string& title, const std::vector<bar>& bars) {
  range all;
  all.take(0);
  for (const auto& each : bars)
    all.take(std::max(each.value, each.max));
  const double height = top + static_cast<double>(bars.size()) * (bar_height + 8) + 8;
  const axis x{scale::linear, all.low, all.high, names_width, width - 90};
  std::ostringstream out;
  out << open(height, title);
  double y = top;
  for (const auto& each : bars) {
    const double middle = y + bar_height / 2;
    write_text(out, names_width - 8, middle + 4, "end", each.name);
    out << "<rect class='bar' x='" << x.at(0) << "' y='" << y << "' width='"
        << std::max(0.0, x.at(each.value) - x.at(0)) << "' height='" << bar_height << "'/>\n";
    write_line(out, "spread", x.at(each.min), middle, x.at(each.max), middle);
    write_text(out, x.at(std::max(each.value, each.max)) + 6, middle + 4, "start",
               short_number(each.value));
    y += bar_height + 8;
  }
  out << "</svg>\n";
  return out.str();
}

std::string plot_lines(const std::string& title, const std::string& x_name,
                       const std::string& y_name, scale axes, const std::vector<line>& lines) {
  const auto drawn = shown(lines, axes);
  std::ostringstream out;
  out << open(line_height, title);
  range xs, ys;
  for (const auto& each : drawn)
    for (const auto& [a, b] : each.points) {
      xs.take(a);
      ys.take(b);
    }
  if (drawn.empty()) return out.str() + "</svg>\n";
  const axis x{axes, xs.low, xs.high, left, width - right};
  const axis y{axes, ys.low, ys.high, line_height - bottom, top};
  for (const double v : x.marks()) {
    write_line(out, "grid", x.at(v), top, x.at(v), line_height - bottom);
    write_text(out, x.at(v), line_height - bottom + 16, "middle", short_number(v));
  }
  for (const double v : y.marks()) {
    write_line(out, "grid", left, y.at(v), width - right, y.at(v));
    write_text(out, left - 6, y.at(v) + 4, "end", short_number(v));
  }
  write_text(out, (left + width - right) / 2, line_height - 12, "middle", x_name);
  write_text(out, left, top - 6, "start", y_name);
  double legend = left + 160;
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    const auto* colour = colours.at(i % colours.size());
    write_curve(out, drawn[i], colour, x, y);
    out << "<rect x='" << legend << "' y='" << top - 15 << "' width='10' height='10' fill='"
        << colour << "'/>\n";
    write_text(out, legend + 14, top - 6, "start", drawn[i].name);
    legend += 40 + 7 * static_cast<double>(drawn[i].name.size());
  }
  out << "</svg>\n";
  return out.str();
}

}  // namespace boxoffice::report
