#include "bench/report/page.hpp"

#include "bench/report/markup.hpp"
#include "bench/report/plot.hpp"

#include <array>
#include <map>
#include <sstream>

namespace boxoffice::report {
namespace {

using nlohmann::json;

constexpr auto style = R"(
body{font:15px/1.5 system-ui,sans-serif;max-width:1000px;margin:2em auto;padding:0 1em;color:#222}
h1,h2{line-height:1.2}h2{margin-top:2.2em;border-bottom:1px solid #ccc}
table{border-collapse:collapse;margin:1em 0;width:100%}
td,th{border-bottom:1px solid #ddd;padding:.25em .5em;text-align:left;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.met{color:#2e7d00}.must{color:#8a6d00}.not{color:#b00000;font-weight:600}
small,.s{color:#666;font-size:.85em}
svg{width:100%;max-width:800px;display:block;margin:1.2em 0;font:11px system-ui,sans-serif}
svg .title{font-size:13px;font-weight:600}svg .bar{fill:#7da2cc}
svg .spread{stroke:#222;stroke-width:2}svg .grid{stroke:#e2e2e2}
svg .curve{fill:none;stroke-width:1.8})";

std::string text_of(const json& from, const char* name) {
  return escaped(from.value(name, std::string{}));
}

std::string spread_of(const json& from) {
  const double median = from.at("median"), min = from.at("min"), max = from.at("max");
  if (min == max) return number(median);
  return number(median) + " <small>(" + number(min) + "–" + number(max) + ")</small>";
}

std::string time_of(const json& from) {
  return from.at("max").get<double>() == 0 ? "–" : spread_of(from);
}

std::string listed(const json& numbers) {
  std::string out;
  for (const auto& [name, value] : numbers.items())
    out += (out.empty() ? "" : ", ") + escaped(name) + " " + number(value);
  return out;
}

const char* class_of(const std::string& verdict) {
  return verdict == "aim met" ? "met" : verdict == "must met" ? "must" : "not";
}

void write_goal(std::ostream& out, const json& goal) {
  const auto sign = goal.at("bound") == "at most" ? "≤ " : "≥ ";
  const auto unit = text_of(goal, "unit");
  const auto verdict = goal.at("verdict").get<std::string>();
  const auto over = text_of(goal, "over");
  out << "<tr><td>" << text_of(goal, "what") << "<br><span class='s'>" << text_of(goal, "of")
      << (over.empty() ? "" : " / " + over) << text_of(goal, "compares")
      << "</span></td><td class='n'>" << spread_of(goal.at("measured")) << ' ' << unit
      << "</td><td class='n'>" << sign << number(goal.at("must")) << "</td><td class='n'>" << sign
      << number(goal.at("aim")) << "</td><td class='" << class_of(verdict) << "'>"
      << escaped(verdict) << "</td></tr>\n";
}

constexpr auto goals_head =
    "<table><tr><th>measure</th><th class='n'>measured</th><th class='n'>must</th>"
    "<th class='n'>aim</th><th></th></tr>\n";

void write_all_goals(std::ostream& out, const json& results) {
  out << "<h2>Goals</h2>\n" << goals_head;
  for (const auto& bench : results)
    for (const auto& goal : bench.value("goals", json::array()))
      write_goal(out, goal);
  out << "</table>\n";
}

void write_sides(std::ostream& out, const json& bench) {
  const auto& sides = bench.at("sides");
  if (sides.empty()) return;
  out << "<p>Durability of all sides: " << text_of(bench, "durability") << ". "
      << sides.front().at("rounds").size()
      << " rounds in turns; median (lowest–highest).</p>\n"
         "<table><tr><th>side</th><th class='n'>per second</th><th class='n'>p50 ms</th>"
         "<th class='n'>p99 ms</th><th>CPU seconds per 1,000</th></tr>\n";
  std::vector<bar> bars;
  for (const auto& side : sides) {
    const auto& rate = side.at("perSecond");
    const auto also = listed(side.at("also"));
    out << "<tr><td>" << text_of(side, "name") << "<br><span class='s'>" << text_of(side, "does")
        << "</span></td><td class='n'>" << spread_of(rate) << "</td><td class='n'>"
        << time_of(side.at("p50Milliseconds")) << "</td><td class='n'>"
        << time_of(side.at("p99Milliseconds")) << "</td><td>"
        << listed(side.at("cpuSecondsPer1000")) << (also.empty() ? "" : "<br>" + also)
        << "</td></tr>\n";
    bars.push_back({side.at("name"), rate.at("median"), rate.at("min"), rate.at("max")});
  }
  out << "</table>\n";
  if (bars.size() > 1) out << plot_bars("per second", bars);
}

void write_charts(std::ostream& out, const json& bench) {
  for (const auto& chart : bench.at("charts")) {
    std::vector<line> lines;
    for (const auto& curve : chart.at("curves")) {
      auto name = curve.at("name").get<std::string>();
      if (curve.contains("exponent")) name += " ~ x^" + number(curve.at("exponent"));
      lines.push_back({std::move(name), curve.at("points")});
    }
    const auto axes = chart.at("logarithmic").get<bool>() ? scale::logarithmic : scale::linear;
    out << plot_lines(chart.at("title"), chart.at("x"), chart.at("y"), axes, lines);
  }
}

void write_bench(std::ostream& out, const json& bench) {
  out << "<h2 id='" << text_of(bench, "name") << "'>" << text_of(bench, "name") << "</h2>\n";
  if (bench.contains("error")) {
    out << "<p class='not'>It failed: " << text_of(bench, "error") << "</p>\n";
    return;
  }
  out << "<p>" << text_of(bench, "what") << " <small>(took "
      << number(bench.value("tookSeconds", 0.0)) << " s)</small></p>\n";
  write_sides(out, bench);
  if (!bench.at("goals").empty()) {
    out << goals_head;
    for (const auto& goal : bench.at("goals"))
      write_goal(out, goal);
    out << "</table>\n";
  }
  if (!bench.at("figures").empty()) {
    out << "<table>\n";
    for (const auto& figure : bench.at("figures"))
      out << "<tr><td>" << text_of(figure, "name") << "</td><td class='n'>"
          << spread_of(figure.at("value")) << ' ' << text_of(figure, "unit") << "</td></tr>\n";
    out << "</table>\n";
  }
  write_charts(out, bench);
  for (const auto& note : bench.at("notes"))
    out << "<p class='s'>" << escaped(note.get<std::string>()) << "</p>\n";
}

// Google Benchmark's own form: a member for each counter beside its own.
void write_actors(std::ostream& out, const json& actors) {
  constexpr std::array counters{"items_per_second", "messages",      "allocations",
                                "commits",          "written_bytes", "bytes_each"};
  out << "<h2 id='actors'>actors</h2>\n<p>Through the actors in one process, without HTTP; what "
         "one operation costs.</p>\n<table><tr><th>benchmark</th>";
  for (const auto* name : counters)
    out << "<th class='n'>" << name << "</th>";
  out << "</tr>\n";
  std::map<std::string, line> curves;
  for (const auto& row : actors.at("benchmarks")) {
    const auto name = row.at("name").get<std::string>();
    out << "<tr><td>" << escaped(name) << "</td>";
    for (const auto* counter : counters)
      out << "<td class='n'>"
          << (row.contains(counter) ? number(row.at(counter).get<double>()) : "") << "</td>";
    out << "</tr>\n";
    const auto slash = name.find("/in_flight:");
    if (slash == name.npos || !row.contains("items_per_second")) continue;
    auto& curve = curves[name.substr(0, slash)];
    curve.name = name.substr(0, slash);
    curve.points.emplace_back(std::stod(name.substr(slash + 11)),
                              row.at("items_per_second").get<double>());
  }
  out << "</table>\n";
  std::vector<line> lines;
  lines.reserve(curves.size());
  for (auto& [name, curve] : curves)
    lines.push_back(std::move(curve));
  out << plot_lines("Operations per second by operations in flight", "in flight", "per second",
                    scale::logarithmic, lines);
}

}  // namespace

std::string write_page(const run_facts& about, const json& results, const json& actors) {
  std::ostringstream out;
  out << "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'><title>"
      << escaped(about.title) << "</title><style>" << style << "</style></head><body>\n<h1>"
      << escaped(about.title) << "</h1>\n<table>\n";
  for (const auto& [name, value] : about.facts)
    out << "<tr><td>" << escaped(name) << "</td><td>" << escaped(value) << "</td></tr>\n";
  out << "</table>\n";
  write_all_goals(out, results);
  for (const auto& bench : results)
    write_bench(out, bench);
  if (!actors.is_null()) write_actors(out, actors);
  out << "</body></html>\n";
  return out.str();
}

}  // namespace boxoffice::report
