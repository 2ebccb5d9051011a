// boxoffice-compare: the same work done in several ways, in turns on one machine.
#include "bench/compare/benches.hpp"
#include "bench/compare/outcome_report.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include <CLI/CLI.hpp>

namespace boxoffice::compare {
namespace {

constexpr int bad_usage = 2;

struct compare_options {
  std::vector<std::string> names;
  surroundings from;
  int rounds{0};
  double seconds{0}, minutes{0};
  bool quick{false};
  std::string json_file;
};

std::string known_names() {
  std::string text = "Benches (group: name: what it compares):\n";
  for (const auto& each : benches())
    text += "  " + each.group + ": " + each.name + ": " + each.what + "\n";
  return text;
}

void add_options(CLI::App& app, compare_options& into) {
  std::vector<std::string> names;
  for (const auto& each : benches()) {
    names.push_back(each.name);
    names.push_back(each.group);
  }
  app.add_option("names", into.names,
                 "Which ones, by name or by group; all but soak when none is named")
      ->check(CLI::IsMember(names));
  app.add_flag("--quick", into.quick, "Fewer and shorter rounds: shows that it runs, no figures");
  app.add_option("--server", into.from.server, "The boxoffice program")->required();
  app.add_option("--scripts", into.from.scripts, "The folder bench/sql")->required();
  app.add_option("--programs", into.from.programs, "The folder of psql and pgbench")->required();
  app.add_option("--postgres", into.from.postgres,
                 "A PostgreSQL server with fsync on: postgresql://user@host:port/postgres")
      ->required();
  app.add_option("--rounds", into.rounds, "Rounds of each side; 0: 5, or 1 with --quick")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  app.add_option("--seconds", into.seconds,
                 "Length of a round of a side; 0: 4, or 0.7 with --quick")
      ->check(CLI::Range(0.0, 3600.0))
      ->capture_default_str();
  app.add_option("--minutes", into.minutes,
                 "What has not begun by then is left out, and said so; 0: no limit")
      ->check(CLI::Range(0.0, 1e4))
      ->capture_default_str();
  app.add_option("--json", into.json_file, "Write the results to this file as JSON");
}

bool is_wanted(const named_bench& one, const compare_options& how) {
  if (how.names.empty()) return how.quick || one.of == named_bench::part::of_all;
  return std::ranges::any_of(
      how.names, [&](const auto& name) { return name == one.name || name == one.group; });
}

/// The results so far, so that a bench that fails late takes nothing with it.
void write(const nlohmann::json& results, const std::string& file_name) {
  if (file_name.empty()) return;
  std::ofstream file{file_name};
  file << results.dump(2) << '\n';
  if (!file.flush()) throw std::runtime_error{"cannot write " + file_name};
}

int run(compare_options how) {
  const auto effort = how.quick ? surroundings::effort::quick : surroundings::effort::full;
  how.from.spends = effort;
  how.from.own_programs = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  how.from.plan.rounds = how.rounds != 0 ? how.rounds : how.from.size(1, 5);
  const double seconds = how.seconds > 0 ? how.seconds : how.from.size(0.7, 4.0);
  how.from.plan.time = std::chrono::milliseconds{static_cast<std::int64_t>(seconds * 1000)};
  auto results = nlohmann::json::array();
  int failed = 0;
  using std::chrono::steady_clock;
  const auto started = steady_clock::now();
  const auto elapsed = [](steady_clock::time_point since) {
    return std::chrono::duration<double>(steady_clock::now() - since).count();
  };
  for (const auto& each : benches()) {
    if (!is_wanted(each, how)) continue;
    const auto began = steady_clock::now();
    try {
      if (how.minutes > 0 && elapsed(started) > how.minutes * 60)
        throw std::runtime_error{"left out: the time was over"};
      const auto found = each.run(how.from);
      std::cout << to_text(found) << std::flush;
      results.push_back(to_json(found));
    } catch (const std::exception& e) {
      ++failed;
      std::cerr << "boxoffice-compare: " << each.name << ": " << e.what() << '\n';
      results.push_back({{"name", each.name}, {"error", e.what()}});
    }
    results.back()["group"] = each.group;
    results.back()["tookSeconds"] = elapsed(began);
    std::cerr << each.name << " took " << std::llround(elapsed(began)) << " s\n";
    write(results, how.json_file);
  }
  return failed == 0 ? 0 : 1;
}

int run_command_line(int argc, char** argv) {
  compare_options how;
  CLI::App app{"Does the same work in several ways, in turns, and compares the speed.",
               "boxoffice-compare"};
  app.footer(known_names() + "Exit code 0: all ran, 1: one failed, 2: bad usage.");
  add_options(app, how);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : bad_usage;
  }
  return run(std::move(how));
}

}  // namespace
}  // namespace boxoffice::compare

int main(int argc, char** argv) {
  try {
    return boxoffice::compare::run_command_line(argc, argv);
  } catch (const std::exception& e) {
    std::cerr << "boxoffice-compare: " << e.what() << '\n';
    return 1;
  }
}
