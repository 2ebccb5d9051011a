#include "tests/rush/report.hpp"

#include <array>
#include <cstdio>
#include <map>
#include <utility>

namespace boxoffice::rush {
namespace {

constexpr std::size_t violations_shown_max = 50;

double milliseconds_of(std::chrono::microseconds time) {
  return static_cast<double>(time.count()) / 1000.0;
}

double purchases_per_second(const rush_result& result, const shop& floor) {
  const auto paid = static_cast<double>(floor.log().count(acknowledged::payment));
  return result.took.count() == 0 ? 0 : paid * 1000.0 / static_cast<double>(result.took.count());
}

/// One line in the manner of printf.
template <class... Values>
std::string line(const char* form, Values... values) {
  std::array<char, 256> text{};
  const int size = std::snprintf(text.data(), text.size(), form, values...);
  return {text.data(), std::min(static_cast<std::size_t>(std::max(size, 0)), text.size() - 1)};
}

std::string latency_lines(const statistics& measured) {
  std::string out = line("\n  %-10s %8s %9s %9s %9s %9s   (ms)\n", "step", "requests", "p50", "p95",
                         "p99", "max");
  for (std::size_t i = 0; i < step_count; ++i) {
    const auto s = static_cast<step>(i);
    const auto took = measured.latency(s);
    if (took.count == 0) continue;
    out += line("  %-10s %8zu %9.1f %9.1f %9.1f %9.1f\n", to_text(s).data(), took.count,
                milliseconds_of(took.p50), milliseconds_of(took.p95), milliseconds_of(took.p99),
                milliseconds_of(took.max));
  }
  return out;
}

template <class Key>
std::string counts_of(const std::map<Key, std::size_t>& counted) {
  std::string out;
  for (const auto& [what, count] : counted) {
    if (!out.empty()) out += ", ";
    if constexpr (std::is_same_v<Key, int>)
      out += std::to_string(what) + ": " + std::to_string(count);
    else
      out += what + ": " + std::to_string(count);
  }
  return out.empty() ? "none" : out;
}

}  // namespace

std::size_t sold_as_told(const acknowledgement_log& log) {
  std::map<std::string, std::size_t> seats_of;
  std::map<std::string, std::size_t> paid;
  for (const auto& each : log.all()) {
    if (each.what == acknowledged::hold) seats_of[each.id] = each.body.at("seats").size();
    if (each.what == acknowledged::payment)
      paid[each.id] = seats_of[each.body.at("reservationId").get<std::string>()];
    if (each.what == acknowledged::refund) paid.erase(each.id);
  }
  std::size_t sold = 0;
  for (const auto& [id, seats] : paid)
    sold += seats;
  return sold;
}

std::string to_table(const rush_result& result, const shop& floor) {
  const auto& measured = floor.measured();
  std::string out = line("\n%zu buyers, %zu seats, seed %llu, %.1f s\n\n", result.buyers,
                         result.seats, static_cast<unsigned long long>(result.seed),
                         static_cast<double>(result.took.count()) / 1000.0);
  out += line("  seats sold    %zu of %zu\n", sold_as_told(floor.log()), result.seats);
  out += line("  purchases     %zu (%.0f a second), %zu refunded\n",
              floor.log().count(acknowledged::payment), purchases_per_second(result, floor),
              floor.log().count(acknowledged::refund));
  out += "  buyers        ";
  for (std::size_t i = 0; i < visit_end_count; ++i) {
    const auto how = static_cast<visit_end>(i);
    out += line("%s%s: %zu", i == 0 ? "" : ", ", to_text(how).data(), measured.ends(how));
  }
  out += "\n  refused       " + counts_of(measured.refusals());
  out += line("\n  HTTP          %zu requests (%.0f a second), ", measured.requests(),
              result.took.count() == 0 ? 0.0
                                       : static_cast<double>(measured.requests()) * 1000.0 /
                                             static_cast<double>(result.took.count()));
  out += counts_of(measured.statuses());
  out += line("\n  5xx           %zu\n  unanswered    %zu\n", measured.server_errors(),
              measured.unanswered());
  out += latency_lines(measured);
  const auto& wrong = result.checks.violations;
  if (result.sold_in_books)
    out += line("\n  databases     %zu seats sold", *result.sold_in_books);
  else
    out += "\n  databases     not read";
  out += line("\n  checks        %zu made, %zu failed\n", result.checks.checked, wrong.size());
  for (std::size_t i = 0; i < wrong.size() && i < violations_shown_max; ++i)
    out += "  VIOLATION     " + wrong[i] + "\n";
  if (wrong.size() > violations_shown_max)
    out += line("  … and %zu more\n", wrong.size() - violations_shown_max);
  return out;
}

json to_json(const rush_result& result, const shop& floor) {
  const auto& measured = floor.measured();
  json steps = json::object();
  for (std::size_t i = 0; i < step_count; ++i) {
    const auto took = measured.latency(static_cast<step>(i));
    if (took.count == 0) continue;
    steps[std::string{to_text(static_cast<step>(i))}] = {{"requests", took.count},
                                                         {"p50Ms", milliseconds_of(took.p50)},
                                                         {"p95Ms", milliseconds_of(took.p95)},
                                                         {"p99Ms", milliseconds_of(took.p99)},
                                                         {"maxMs", milliseconds_of(took.max)}};
  }
  json ends = json::object();
  for (std::size_t i = 0; i < visit_end_count; ++i) {
    const auto how = static_cast<visit_end>(i);
    ends[std::string{to_text(how)}] = measured.ends(how);
  }
  json statuses = json::object();
  for (const auto& [status, count] : measured.statuses())
    statuses[std::to_string(status)] = count;
  json out{{"buyers", result.buyers},
           {"seats", result.seats},
           {"seed", result.seed},
           {"milliseconds", result.took.count()},
           {"seatsSold", sold_as_told(floor.log())},
           {"purchases", floor.log().count(acknowledged::payment)},
           {"refunds", floor.log().count(acknowledged::refund)},
           {"purchasesPerSecond", purchases_per_second(result, floor)},
           {"requests", measured.requests()},
           {"serverErrors", measured.server_errors()},
           {"unanswered", measured.unanswered()},
           {"checks", result.checks.checked},
           {"violations", result.checks.violations},
           {"passed", result.passed()}};
  out["ends"] = std::move(ends);
  out["steps"] = std::move(steps);
  out["statuses"] = std::move(statuses);
  out["refused"] = measured.refusals();
  out["seatsSoldInDatabases"] = result.sold_in_books ? json(*result.sold_in_books) : json(nullptr);
  return out;
}

}  // namespace boxoffice::rush
