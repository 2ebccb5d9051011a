// boxoffice-bench-report: results as one page.
#include "bench/report/page.hpp"

#include <ctime>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <sys/utsname.h>
#include <thread>

#include <CLI/CLI.hpp>

namespace boxoffice::report {
namespace {

constexpr int bad_usage = 2;

struct report_options {
  std::string results, actors, out, command;
};

nlohmann::json read(const std::string& name) {
  if (name.empty()) return nullptr;
  std::ifstream in{name};
  if (!in) throw std::runtime_error{"cannot read " + name};
  return nlohmann::json::parse(in);
}

std::string processor() {
  std::ifstream in{"/proc/cpuinfo"};
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown";
}

std::string first_line(const std::string& file) {
  std::ifstream in{file};
  std::string line;
  std::getline(in, line);
  return line;
}

std::string today() {
  const auto now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::ostringstream out;
  out << std::put_time(&parts, "%Y-%m-%d %H:%M UTC");
  return out.str();
}

run_facts facts_of_this_machine(const report_options& how) {
  utsname system{};
  ::uname(&system);
  return {"boxoffice: benches",
          {{"date", today()},
           {"command", how.command},
           {"processor",
            processor() + ", " + std::to_string(std::thread::hardware_concurrency()) + " cores"},
           {"system", std::string{system.sysname} + " " + system.release},
           {"compiler", std::string{"g++ "} + __VERSION__},
           {"load when this page was written", first_line("/proc/loadavg")},
           {"",
            "The load generator, the databases and the server share the cores on every side: "
            "take the ratios."}}};
}

void write_report(const report_options& how) {
  const auto results = how.results.empty() ? nlohmann::json::array() : read(how.results);
  std::ofstream out{how.out};
  out << write_page(facts_of_this_machine(how), results, read(how.actors));
  if (!out.flush()) throw std::runtime_error{"cannot write " + how.out};
}

int run(int argc, char** argv) {
  report_options how;
  CLI::App app{"Makes one HTML page of the results of benches.", "boxoffice-bench-report"};
  app.footer(
      "Example:\n  boxoffice-bench-report --results results.json --out report.html\n"
      "Exit code 0: written, 1: not, 2: bad usage.");
  app.add_option("--results", how.results, "What boxoffice-compare --json wrote");
  app.add_option("--actors", how.actors, "What Google Benchmark wrote as JSON");
  app.add_option("--command", how.command, "What was typed, for the page");
  app.add_option("--out", how.out, "The page")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : bad_usage;
  }
  write_report(how);
  return 0;
}

}  // namespace
}  // namespace boxoffice::report

int main(int argc, char** argv) {
  try {
    return boxoffice::report::run(argc, argv);
  } catch (const std::exception& e) {
    std::cerr << "boxoffice-bench-report: " << e.what() << '\n';
    return 1;
  }
}
