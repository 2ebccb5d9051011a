#include "bench/compare/rounds.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <stdexcept>

namespace boxoffice::compare {
namespace {

using nlohmann::json;

template <class Get>
spread spread_over(const std::vector<measurement>& rounds, Get get) {
  std::vector<double> values;
  for (const auto& each : rounds)
    values.push_back(get(each));
  return spread_of(std::move(values));
}

double per_second_of(const measurement& m) { return m.per_second; }

std::map<std::string, double> cpu_of(const std::vector<measurement>& rounds) {
  std::map<std::string, double> found;
  for (const auto& [who, ignored] : rounds.front().cpu)
    found[who] = spread_over(rounds, [&](const measurement& m) { return m.cpu.at(who); }).median;
  return found;
}

std::size_t index_of(const comparison& what, const std::string& name) {
  const auto at = std::ranges::find_if(what.sides, [&](const auto& s) { return s->name() == name; });
  if (at == what.sides.end()) throw std::runtime_error{"no side " + name};
  return static_cast<std::size_t>(at - what.sides.begin());
}

/// Of the medians; the spread is that of the rounds, each side against the other of the same round.
spread ratio_of(const comparison& what, const all_rounds& found, const goal& g) {
  const auto& a = found[index_of(what, g.of)];
  const auto& b = found[index_of(what, g.over)];
  std::vector<double> ratios;
  for (std::size_t i = 0; i < a.size(); ++i)
    ratios.push_back(a[i].per_second / b[i].per_second);
  auto out = spread_of(std::move(ratios));
  out.median = spread_over(a, per_second_of).median / spread_over(b, per_second_of).median;
  return out;
}

const char* verdict(double ratio, const goal& g) {
  return ratio >= g.aim ? "aim met" : ratio >= g.must ? "must met" : "NOT met";
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

all_rounds run_rounds(const comparison& what, const rounds_plan& plan) {
  const auto count = what.sides.size();
  all_rounds found(count);
  for (int round = 0; round < plan.rounds; ++round) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto turn = (i + static_cast<std::size_t>(round)) % count;
      auto& one = *what.sides[turn];
      auto measured = one.run(plan.time);
      std::cerr << what.name << ", round " << round + 1 << ": " << one.name() << " "
                << std::llround(measured.per_second) << "/s\n";
      if (measured.failed != 0)
        throw std::runtime_error{one.name() + ": " + std::to_string(measured.failed) +
                                 " failed, the first: " + measured.failure};
      found[turn].push_back(std::move(measured));
    }
  }
  return found;
}

std::string to_text(const comparison& what, const all_rounds& found) {
  std::ostringstream out;
  out << std::fixed << "## " << what.name << "\n\nDurability of all sides: " << what.durability
      << ". " << found.front().size() << " rounds in turns; median (lowest–highest).\n\n"
      << "| side | per second | p50 ms | p99 ms | CPU seconds per 1,000 |\n|---|---:|---:|---:|---|\n";
  for (std::size_t i = 0; i < what.sides.size(); ++i) {
    const auto& rounds = found[i];
    const auto rate = spread_over(rounds, per_second_of);
    out << "| " << what.sides[i]->name() << " | " << std::setprecision(0) << rate.median << " ("
        << rate.min << "–" << rate.max << ") | " << std::setprecision(2)
        << spread_over(rounds, [](const auto& m) { return m.p50_milliseconds; }).median << " | "
        << spread_over(rounds, [](const auto& m) { return m.p99_milliseconds; }).median << " | ";
    const char* between = "";
    for (const auto& [who, seconds] : cpu_of(rounds)) {
      out << between << who << " " << seconds;
      between = ", ";
    }
    out << " |\n";
  }
  if (!what.goals.empty())
    out << "\n| ratio | measured | must | aim | |\n|---|---:|---:|---:|---|\n";
  for (const auto& g : what.goals) {
    const auto ratio = ratio_of(what, found, g);
    out << std::setprecision(2) << "| " << g.of << " / " << g.over << " | " << ratio.median << " ("
        << ratio.min << "–" << ratio.max << ") | " << g.must << " | " << g.aim << " | "
        << verdict(ratio.median, g) << " |\n";
  }
  out << '\n';
  for (const auto& each : what.sides)
    out << "- " << each->name() << ": " << each->does() << '\n';
  return out.str();
}

json to_json(const comparison& what, const all_rounds& found) {
  const auto of = [](const spread& s) {
    return json{{"median", s.median}, {"min", s.min}, {"max", s.max}};
  };
  json sides = json::array();
  for (std::size_t i = 0; i < what.sides.size(); ++i) {
    json rounds = json::array();
    for (const auto& m : found[i])
      rounds.push_back({{"perSecond", m.per_second},
                        {"p50Milliseconds", m.p50_milliseconds},
                        {"p95Milliseconds", m.p95_milliseconds},
                        {"p99Milliseconds", m.p99_milliseconds},
                        {"cpuSecondsPer1000", m.cpu}});
    sides.push_back({{"name", what.sides[i]->name()},
                     {"does", what.sides[i]->does()},
                     {"perSecond", of(spread_over(found[i], per_second_of))},
                     {"cpuSecondsPer1000", cpu_of(found[i])},
                     {"rounds", std::move(rounds)}});
  }
  json goals = json::array();
  for (const auto& g : what.goals) {
    const auto ratio = ratio_of(what, found, g);
    goals.push_back({{"of", g.of},
                     {"over", g.over},
                     {"ratio", of(ratio)},
                     {"must", g.must},
                     {"aim", g.aim},
                     {"verdict", verdict(ratio.median, g)}});
  }
  return {{"name", what.name},
          {"durability", what.durability},
          {"sides", std::move(sides)},
          {"goals", std::move(goals)}};
}

}  // namespace boxoffice::compare
