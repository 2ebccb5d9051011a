// boxoffice-compare: the same work done in several ways, in turns on one machine.
#include "bench/compare/comparisons.hpp"

#include <algorithm>
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
  double seconds{4};
  std::string json_file;
};

std::string known_names() {
  std::string text = "Comparisons:\n";
  for (const auto& each : comparisons())
    text += "  " + each.name + ": " + each.what + "\n";
  return text;
}

void add_options(CLI::App& app, compare_options& into) {
  std::vector<std::string> names;
  for (const auto& each : comparisons())
    names.push_back(each.name);
  app.add_option("names", into.names, "Which ones; all when none is named")
      ->check(CLI::IsMember(names));
  app.add_option("--server", into.from.server, "The boxoffice program")->required();
  app.add_option("--scripts", into.from.scripts, "The folder bench/sql")->required();
  app.add_option("--programs", into.from.programs, "The folder of psql and pgbench")->required();
  app.add_option("--postgres", into.from.postgres,
                 "A PostgreSQL server with fsync on: postgresql://user@host:port/postgres")
      ->required();
  app.add_option("--rounds", into.from.plan.rounds, "Rounds of each side")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--seconds", into.seconds, "Length of a round of a side")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  app.add_option("--json", into.json_file, "Write the results to this file as JSON");
}

int run(compare_options how) {
  how.from.plan.time = std::chrono::milliseconds{static_cast<std::int64_t>(how.seconds * 1000)};
  auto results = nlohmann::json::array();
  for (const auto& each : comparisons()) {
    if (!how.names.empty() && std::ranges::find(how.names, each.name) == how.names.end()) continue;
    const auto one = each.make(how.from);
    const auto found = run_rounds(one, how.from.plan);
    std::cout << to_text(one, found) << std::flush;
    results.push_back(to_json(one, found));
  }
  if (how.json_file.empty()) return 0;
  std::ofstream file{how.json_file};
  file << results.dump(2) << '\n';
  if (!file.flush()) throw std::runtime_error{"cannot write " + how.json_file};
  return 0;
}

}  // namespace
}  // namespace boxoffice::compare

int main(int argc, char** argv) {
  using namespace boxoffice::compare;
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
  try {
    return run(std::move(how));
  } catch (const std::exception& e) {
    std::cerr << "boxoffice-compare: " << e.what() << '\n';
    return 1;
  }
}
