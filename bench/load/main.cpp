// boxoffice-load: a steady load on a server, and how it answers.
#include "bench/load/load_report.hpp"
#include "bench/load/market.hpp"
#include "bench/load/measured_server.hpp"
#include "bench/load/processor_time.hpp"
#include "bench/load/purchases.hpp"

#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>

#include <CLI/CLI.hpp>

namespace boxoffice::load {
namespace {

constexpr int bad_usage = 2;

struct load_options {
  std::string url;
  std::string server;
  std::string postgres;
  std::vector<std::string> settings;
  std::size_t buyers{20'000};
  std::size_t connections{64};
  double rate{0};
  double seconds{5};
  double warm_up{1};
  std::string json_file;
};

void add_options(CLI::App& app, load_options& into) {
  auto* server = app.add_option("--server", into.server,
                                "Start this boxoffice on a scratch directory, and stop it");
  app.add_option("--url", into.url, "Use the server that runs here; it needs auth.dev")
      ->excludes(server);
  app.add_option("--postgres", into.postgres,
                 "Keep the data of the server in databases made here: postgresql://user@host/name")
      ->needs(server);
  app.add_option("--set", into.settings, "A setting KEY=VALUE of the server")->needs(server);
  app.add_option("--buyers", into.buyers, "Buyers and seats; a run ends when they are used up")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  app.add_option("--connections", into.connections,
                 "Connections; in a closed loop each has one purchase in flight")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--rate", into.rate,
                 "Purchases begun per second (open loop); 0: the next when one ends (closed loop)")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
  app.add_option("--seconds", into.seconds, "How long is measured")->capture_default_str();
  app.add_option("--warm-up", into.warm_up, "Seconds before that")->capture_default_str();
  app.add_option("--json", into.json_file, "Write the result to this file as JSON");
}

std::chrono::milliseconds milliseconds_of(double seconds) {
  return std::chrono::milliseconds{static_cast<std::int64_t>(seconds * 1000)};
}

int run(const load_options& how) {
  std::unique_ptr<measured_server> own;
  if (!how.server.empty())
    own = std::make_unique<measured_server>(how.server, how.postgres, how.settings);
  const auto url = own ? own->url() : how.url;
  purchases all{market{url, {.seats = how.buyers, .buyers = how.buyers}}};
  load_plan plan{.connections = how.connections,
                 .rate = how.rate,
                 .warm_up = milliseconds_of(how.warm_up),
                 .measured = milliseconds_of(how.seconds)};
  if (own) plan.metrics = {{"server", [&] { return cpu_seconds(own->pid()); }}};
  const auto result = run_load(rush::parse_url(url), all, plan);
  std::cout << to_text(result);
  if (!how.json_file.empty()) {
    std::ofstream file{how.json_file};
    file << to_json(result).dump(2) << '\n';
    if (!file.flush()) throw std::runtime_error{"cannot write " + how.json_file};
  }
  return result.failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace boxoffice::load

int main(int argc, char** argv) {
  using namespace boxoffice::load;
  load_options how;
  CLI::App app{"Buys seats of a boxoffice server at a steady load and measures its answers.",
               "boxoffice-load"};
  app.footer(
      "Example:\n  boxoffice-load --server build/release/boxoffice --connections 64 --seconds 10\n"
      "Exit code 0: every purchase went well, 1: one did not, 2: bad usage.");
  add_options(app, how);
  try {
    app.parse(argc, argv);
    if (how.url.empty() == how.server.empty())
      throw CLI::ValidationError{"name one of --server PATH and --url URL"};
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : bad_usage;
  }
  try {
    return run(how);
  } catch (const std::exception& e) {
    std::cerr << "boxoffice-load: " << e.what() << '\n';
    return 1;
  }
}
