#include "bench/compare/outcome.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace boxoffice::compare {
namespace {

const side_outcome& side_of(const outcome& found, const std::string& name) {
  const auto at = std::ranges::find(found.sides, name, &side_outcome::name);
  if (at == found.sides.end()) throw std::runtime_error{"no side " + name};
  return *at;
}

spread figure_of(const outcome& found, const std::string& name) {
  const auto at = std::ranges::find(found.figures, name, &figure::name);
  if (at == found.figures.end()) throw std::runtime_error{"no figure " + name};
  return at->value;
}

double value_of(const measurement& m, goal::quantity what) {
  switch (what) {
    case goal::quantity::per_second:
      return m.per_second;
    case goal::quantity::p50:
      return m.p50_milliseconds;
    case goal::quantity::p99:
      return m.p99_milliseconds;
    case goal::quantity::figure:
      break;
  }
  throw std::runtime_error{"a figure belongs to no side"};
}

std::vector<double> values_of(const side_outcome& one, goal::quantity what) {
  std::vector<double> values;
  for (const auto& m : one.rounds)
    values.push_back(value_of(m, what));
  return values;
}

spread ratio_of(const outcome& found, const goal& g) {
  const auto of = values_of(side_of(found, g.of), g.compares);
  const auto over = values_of(side_of(found, g.over), g.compares);
  std::vector<double> ratios;
  for (std::size_t i = 0; i < std::min(of.size(), over.size()); ++i)
    ratios.push_back(of[i] / over[i]);
  auto out = spread_of(std::move(ratios));
  out.median = spread_of(of).median / spread_of(over).median;
  return out;
}

spread measure(const outcome& found, const goal& g) {
  if (g.compares == goal::quantity::figure) return figure_of(found, g.of);
  if (g.over.empty()) return spread_of(values_of(side_of(found, g.of), g.compares));
  return ratio_of(found, g);
}

bool reaches(double value, double wanted, goal::bound is) {
  return is == goal::bound::at_least ? value >= wanted : value <= wanted;
}

}  // namespace

spread spread_of(std::vector<double> values) {
  if (values.empty()) return {};
  std::ranges::sort(values);
  const auto middle = values.size() / 2;
  const double median =
      values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  return {median, values.front(), values.back()};
}

double fitted_exponent(const curve& of) {
  const auto count = static_cast<double>(of.points.size());
  double x = 0, y = 0, xx = 0, xy = 0;
  for (const auto& [at, value] : of.points) {
    const double a = std::log(at), b = std::log(value);
    x += a;
    y += b;
    xx += a * a;
    xy += a * b;
  }
  return (count * xy - x * y) / (count * xx - x * x);
}

goal figure_goal(const std::string& what, const std::string& of, goal::bound is, double must,
                 double aim, const std::string& unit) {
  return {.what = what,
          .of = of,
          .compares = goal::quantity::figure,
          .is = is,
          .must = must,
          .aim = aim,
          .unit = unit};
}

judged_goal judge(const outcome& found, goal asked) {
  judged_goal out{std::move(asked), {}};
  out.measured = measure(found, out.asked);
  const auto value = out.measured.median;
  if (reaches(value, out.asked.aim, out.asked.is))
    out.is = verdict::aim_met;
  else if (reaches(value, out.asked.must, out.asked.is))
    out.is = verdict::must_met;
  return out;
}

const char* to_text(verdict is) {
  switch (is) {
    case verdict::aim_met:
      return "aim met";
    case verdict::must_met:
      return "must met";
    case verdict::not_met:
      return "NOT met";
  }
  return "";
}

}  // namespace boxoffice::compare
