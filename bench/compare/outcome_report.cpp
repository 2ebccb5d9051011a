#include "bench/compare/outcome_report.hpp"

#include <cmath>
#include <iomanip>
#include <sstream>

namespace boxoffice::compare {
namespace {

using nlohmann::json;

template <class Get>
spread spread_over(const std::vector<measurement>& rounds, Get get) {
  std::vector<double> values;
  values.reserve(rounds.size());
  for (const auto& each : rounds)
    values.push_back(get(each));
  return spread_of(std::move(values));
}

using named_numbers = std::map<std::string, double>;

/// The medians of what every round has a number of.
named_numbers medians(const std::vector<measurement>& rounds, named_numbers measurement::*member) {
  named_numbers found;
  if (rounds.empty()) return found;
  for (const auto& entry : rounds.front().*member) {
    const auto& who = entry.first;
    found[who] = spread_over(rounds, [&](const measurement& m) {
                   const auto at = (m.*member).find(who);
                   return at == (m.*member).end() ? 0 : at->second;
                 }).median;
  }
  return found;
}

/// Three digits that count, without an exponent.
std::string number(double value) {
  const auto size = std::abs(value);
  std::ostringstream out;
  out << std::fixed
      << std::setprecision(size >= 100   ? 0
                           : size >= 10  ? 1
                           : size >= 0.1 ? 2
                                         : 4)
      << value;
  return out.str();
}

std::string number(const spread& s) {
  if (s.min == s.max) return number(s.median);
  return number(s.median) + " (" + number(s.min) + "–" + number(s.max) + ")";
}

std::string listed(const named_numbers& numbers) {
  std::string out;
  for (const auto& [who, value] : numbers)
    out += (out.empty() ? "" : ", ") + who + " " + number(value);
  return out;
}

void write_sides(std::ostream& out, const outcome& found) {
  if (found.sides.empty()) return;
  out << "Durability of all sides: " << found.durability << ". "
      << found.sides.front().rounds.size() << " rounds in turns; median (lowest–highest).\n\n"
      << "| side | per second | p50 ms | p99 ms | CPU seconds per 1,000 | |\n"
         "|---|---:|---:|---:|---|---|\n";
  for (const auto& each : found.sides) {
    const auto over = [&](auto get) { return spread_over(each.rounds, get); };
    const auto time = [&](auto get) {
      const auto found_time = over(get);
      return found_time.max == 0 ? "–" : number(found_time);  // 0: this side does not look at it
    };
    out << "| " << each.name << " | " << number(over([](const auto& m) { return m.per_second; }))
        << " | " << time([](const auto& m) { return m.p50_milliseconds; }) << " | "
        << time([](const auto& m) { return m.p99_milliseconds; }) << " | "
        << listed(medians(each.rounds, &measurement::cpu)) << " | "
        << listed(medians(each.rounds, &measurement::also)) << " |\n";
  }
  out << '\n';
  for (const auto& each : found.sides)
    out << "- " << each.name << ": " << each.does << '\n';
}

std::string compared(const goal& g) {
  switch (g.compares) {
    case goal::quantity::p50:
      return ", p50";
    case goal::quantity::p99:
      return ", p99";
    case goal::quantity::per_second:
    case goal::quantity::figure:
      break;
  }
  return "";
}

void write_goals(std::ostream& out, const outcome& found) {
  if (found.goals.empty()) return;
  out << "\n| measure | measured | must | aim | |\n|---|---:|---:|---:|---|\n";
  for (const auto& [g, measured, is] : found.goals) {
    const auto* sign = g.is == goal::bound::at_most ? "≤ " : "";
    out << "| " << g.what << " (" << g.of << (g.over.empty() ? "" : " / " + g.over) << compared(g)
        << ") | " << number(measured) << " " << g.unit << " | " << sign << number(g.must) << " | "
        << sign << number(g.aim) << " | " << to_text(is) << " |\n";
  }
}

void write_charts(std::ostream& out, const outcome& found) {
  for (const auto& each : found.charts) {
    out << "\n" << each.title << " (" << each.y << " by " << each.x << ")\n\n";
    for (const auto& line : each.curves) {
      out << "- " << line.name << ":";
      for (const auto& [x, y] : line.points)
        out << " " << number(x) << ": " << number(y) << ";";
      if (each.are == chart::axes::logarithmic && line.points.size() > 1)
        out << " grows as x^" << number(fitted_exponent(line));
      out << '\n';
    }
  }
}

json of(const spread& s) { return {{"median", s.median}, {"min", s.min}, {"max", s.max}}; }

json sides_of(const outcome& found) {
  json sides = json::array();
  for (const auto& each : found.sides) {
    json rounds = json::array();
    for (const auto& m : each.rounds)
      rounds.push_back({{"perSecond", m.per_second},
                        {"p50Milliseconds", m.p50_milliseconds},
                        {"p95Milliseconds", m.p95_milliseconds},
                        {"p99Milliseconds", m.p99_milliseconds},
                        {"cpuSecondsPer1000", m.cpu},
                        {"also", m.also}});
    const auto over = [&](auto get) { return of(spread_over(each.rounds, get)); };
    sides.push_back({{"name", each.name},
                     {"does", each.does},
                     {"perSecond", over([](const auto& m) { return m.per_second; })},
                     {"p50Milliseconds", over([](const auto& m) { return m.p50_milliseconds; })},
                     {"p99Milliseconds", over([](const auto& m) { return m.p99_milliseconds; })},
                     {"cpuSecondsPer1000", medians(each.rounds, &measurement::cpu)},
                     {"also", medians(each.rounds, &measurement::also)},
                     {"rounds", std::move(rounds)}});
  }
  return sides;
}

json goals_of(const outcome& found) {
  json goals = json::array();
  for (const auto& [g, measured, is] : found.goals)
    goals.push_back({{"what", g.what},
                     {"of", g.of},
                     {"over", g.over},
                     {"compares", compared(g)},
                     {"measured", of(measured)},
                     {"bound", g.is == goal::bound::at_most ? "at most" : "at least"},
                     {"must", g.must},
                     {"aim", g.aim},
                     {"unit", g.unit},
                     {"verdict", to_text(is)}});
  return goals;
}

json charts_of(const outcome& found) {
  json charts = json::array();
  for (const auto& each : found.charts) {
    const bool logarithmic = each.are == chart::axes::logarithmic;
    json curves = json::array();
    for (const auto& line : each.curves) {
      json one{{"name", line.name}, {"points", line.points}};
      if (logarithmic && line.points.size() > 1) one["exponent"] = fitted_exponent(line);
      curves.push_back(std::move(one));
    }
    charts.push_back({{"title", each.title},
                      {"x", each.x},
                      {"y", each.y},
                      {"logarithmic", logarithmic},
                      {"curves", std::move(curves)}});
  }
  return charts;
}

}  // namespace

std::string to_text(const outcome& found) {
  std::ostringstream out;
  out << "\n## " << found.name << ": " << found.what << "\n\n";
  write_sides(out, found);
  for (const auto& each : found.figures)
    out << "- " << each.name << ": " << number(each.value) << " " << each.unit << '\n';
  write_goals(out, found);
  write_charts(out, found);
  for (const auto& note : found.notes)
    out << "\n" << note << '\n';
  return out.str();
}

json to_json(const outcome& found) {
  json figures = json::array();
  for (const auto& each : found.figures)
    figures.push_back({{"name", each.name}, {"value", of(each.value)}, {"unit", each.unit}});
  return {
      {"name", found.name},         {"what", found.what},       {"durability", found.durability},
      {"sides", sides_of(found)},   {"goals", goals_of(found)}, {"figures", std::move(figures)},
      {"charts", charts_of(found)}, {"notes", found.notes}};
}

}  // namespace boxoffice::compare
