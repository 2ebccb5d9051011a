#include "bench/compare/pgbench_side.hpp"

#include "bench/compare/http_side.hpp"
#include "bench/load/histogram.hpp"
#include "bench/load/processor_time.hpp"
#include "bench/rush/server_process.hpp"

#include <fstream>
#include <pqxx/pqxx>
#include <sstream>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace boxoffice::compare {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr std::chrono::minutes patience{5};
constexpr std::size_t seats = 100'000;

double in_milliseconds(microseconds time) { return static_cast<double>(time.count()) / 1000; }

/// The number after `name` in what pgbench prints.
double number_after(const std::string& text, const std::string& name) {
  const auto at = text.find(name);
  if (at == text.npos) throw std::runtime_error{"pgbench did not print '" + name + "': " + text};
  return std::stod(text.substr(at + name.size()));
}

class pgbench_side final : public side {
 public:
  explicit pgbench_side(pgbench_setup setup)
      : setup_{std::move(setup)}, database_{"bench_" + std::to_string(::getpid()) + "_" + stem()} {
    on_server("CREATE DATABASE " + database_);
  }
  ~pgbench_side() override {
    try {
      on_server("DROP DATABASE IF EXISTS " + database_ + " WITH (FORCE)");
    } catch (const std::exception&) {  // the server is gone, and it with it
    }
  }
  pgbench_side(const pgbench_side&) = delete;
  pgbench_side& operator=(const pgbench_side&) = delete;

  [[nodiscard]] std::string name() const override { return setup_.name; }
  [[nodiscard]] std::string does() const override { return setup_.does; }

  measurement run(milliseconds time) override {
    static_cast<void>(run_program("psql", {"-q", "-v", "ON_ERROR_STOP=1", "-v", "seats=" + std::to_string(seats),
                         "-f", (setup_.scripts / "monolith.sql").string(), url()}));
    const rush::scratch_directory scratch{"boxoffice-pgbench"};
    const auto whole = std::chrono::round<std::chrono::seconds>(time).count();
    const auto database_before = postgres_cpu_seconds(setup_.postgres);
    const auto pgbench_before = load::ended_children_cpu_seconds();
    const auto said = run_program(
        "pgbench", {"-n", "-M", "prepared", "-c", std::to_string(setup_.clients), "-j", "1", "-T",
                    std::to_string(std::max<std::int64_t>(1, whole)), "-D", "counter=0", "-l",
                    "--log-prefix=" + (scratch.path() / "log").string(), "-f",
                    (setup_.scripts / setup_.script).string(), url()});
    const auto count = number_after(said, "actually processed: ");
    measurement out;
    out.per_second = number_after(said, "\ntps = ");
    out.failed = static_cast<std::uint64_t>(number_after(said, "failed transactions: "));
    out.cpu = {{"database", (postgres_cpu_seconds(setup_.postgres) - database_before) * 1000 / count},
               {"generator", (load::ended_children_cpu_seconds() - pgbench_before) * 1000 / count}};
    const auto latency = read_log(scratch.path());
    out.p50_milliseconds = in_milliseconds(latency.quantile(0.5));
    out.p95_milliseconds = in_milliseconds(latency.quantile(0.95));
    out.p99_milliseconds = in_milliseconds(latency.quantile(0.99));
    return out;
  }

 private:
  [[nodiscard]] std::string stem() const {
    return std::filesystem::path{setup_.script}.stem().string();
  }
  [[nodiscard]] std::string url() const {
    return setup_.postgres.substr(0, setup_.postgres.rfind('/') + 1) + database_;
  }
  void on_server(const std::string& sql) const {
    pqxx::connection db{setup_.postgres};
    pqxx::nontransaction{db}.exec(sql);
  }

  [[nodiscard]] std::string run_program(const std::string& name,
                                        const std::vector<std::string>& arguments) const {
    const rush::scratch_directory scratch{"boxoffice-" + name};
    rush::child_process one{setup_.programs / name, arguments, scratch.path() / "errors"};
    auto said = one.read_rest(patience);
    if (one.wait(patience) != 0)
      throw std::runtime_error{name + " failed: " + one.error_text() + said};
    return said;
  }

  // A line a transaction: client, number, microseconds, … **Source**: pgbench(1), "Per-Transaction
  // Logging".
  static load::histogram read_log(const std::filesystem::path& folder) {
    load::histogram found;
    for (const auto& each : std::filesystem::directory_iterator{folder}) {
      std::ifstream in{each.path()};
      for (std::string line; std::getline(in, line);) {
        std::istringstream fields{line};
        std::int64_t client = 0, number = 0, took = 0;
        if (fields >> client >> number >> took) found.add(microseconds{took});
      }
    }
    return found;
  }

  const pgbench_setup setup_;
  const std::string database_;
};

}  // namespace

std::unique_ptr<side> make_pgbench_side(pgbench_setup setup) {
  return std::make_unique<pgbench_side>(std::move(setup));
}

}  // namespace boxoffice::compare
