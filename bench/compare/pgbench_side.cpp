#include "bench/compare/pgbench_side.hpp"

#include "bench/compare/http_side.hpp"
#include "bench/load/histogram.hpp"
#include "bench/load/processor_time.hpp"
#include "tests/rush/server_process.hpp"

#include <algorithm>
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

using instant = std::chrono::system_clock::time_point;

constexpr std::chrono::minutes patience{5};
// Each of pgbench's connections is a process that reads its catalogue and plans its statements
// first.
constexpr milliseconds warm_up{1500};

double in_milliseconds(microseconds time) { return static_cast<double>(time.count()) / 1000; }

/// The number after `name` in what pgbench prints.
double number_after(const std::string& text, const std::string& name) {
  const auto at = text.find(name);
  if (at == text.npos) throw std::runtime_error{"pgbench did not print '" + name + "': " + text};
  return std::stod(text.substr(at + name.size()));
}

class pgbench_side final : public side {
 public:
  explicit pgbench_side(pgbench_setup setup) : setup_{std::move(setup)}, database_{fresh_name()} {
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

  // Not counted at first: each of pgbench's connections is a process that reads its catalogue and
  // plans its statements.
  measurement run(milliseconds time) override {
    const auto whole = std::chrono::ceil<std::chrono::seconds>(time + setup_.warm_up);
    const auto seats = setup_.per_second_max * static_cast<std::size_t>(whole.count());
    static_cast<void>(
        run_program("psql", {"-q", "-v", "ON_ERROR_STOP=1", "-v", "seats=" + std::to_string(seats),
                             "-f", (setup_.scripts / "monolith.sql").string(), url()}));
    const rush::scratch_directory scratch{"boxoffice-pgbench"};
    const auto database_before = postgres_cpu_seconds(setup_.postgres);
    const auto pgbench_before = load::ended_children_cpu_seconds();
    const auto end = std::chrono::system_clock::now() + whole;
    const auto said = run_program("pgbench", arguments(whole, scratch.path()));
    const auto size = static_cast<double>(setup_.operations);
    const auto all = number_after(said, "actually processed: ") * size;
    const auto per_thousand = [&](double seconds) { return seconds * 1000 / all; };
    measurement out;
    out.failed = static_cast<std::uint64_t>(number_after(said, "failed transactions: "));
    out.cpu = {{"database", per_thousand(postgres_cpu_seconds(setup_.postgres) - database_before)},
               {"generator", per_thousand(load::ended_children_cpu_seconds() - pgbench_before)}};
    const auto latency = read_log(scratch.path(), end - time, end);
    out.per_second =
        static_cast<double>(latency.count()) * size / std::chrono::duration<double>(time).count();
    out.p50_milliseconds = in_milliseconds(latency.quantile(0.5));
    out.p95_milliseconds = in_milliseconds(latency.quantile(0.95));
    out.p99_milliseconds = in_milliseconds(latency.quantile(0.99));
    expect_all_took_place(all);
    return out;
  }

 private:
  static std::string fresh_name() {
    static int count = 0;
    return "bench_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
  }
  [[nodiscard]] std::string url() const {
    return setup_.postgres.substr(0, setup_.postgres.rfind('/') + 1) + database_;
  }
  [[nodiscard]] std::vector<std::string> arguments(std::chrono::seconds time,
                                                   const std::filesystem::path& logs) const {
    std::vector<std::string> all{"-n",
                                 "-M",
                                 "prepared",
                                 "-c",
                                 std::to_string(setup_.clients),
                                 "-j",
                                 "1",
                                 "-T",
                                 std::to_string(time.count()),
                                 "-D",
                                 "counter=-1",
                                 "-D",
                                 "clients=" + std::to_string(setup_.clients),
                                 "-l",
                                 "--log-prefix=" + (logs / "log").string(),
                                 "-f",
                                 (setup_.scripts / setup_.script).string()};
    if (setup_.rate) all.insert(all.end(), {"-R", std::to_string(setup_.rate())});
    all.push_back(url());
    return all;
  }

  void expect_all_took_place(double count) const {
    pqxx::connection db{url()};
    const auto found = pqxx::nontransaction{db}.exec(setup_.counted_by)[0][0].as<double>();
    if (found + 0.5 < count)
      throw std::runtime_error{name() + ": of " + std::to_string(count) + " operations only " +
                               std::to_string(found) + " took place"};
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

  // Those that ended in that time. A line a transaction: client, number, microseconds, script, and
  // when it ended, in seconds and microseconds. **Source**: pgbench(1), "Per-Transaction Logging".
  static load::histogram read_log(const std::filesystem::path& folder, instant from, instant to) {
    load::histogram found;
    for (const auto& each : std::filesystem::directory_iterator{folder}) {
      std::ifstream in{each.path()};
      for (std::string line; std::getline(in, line);) {
        std::istringstream fields{line};
        std::int64_t client = 0, number = 0, took = 0, script = 0, seconds = 0, rest = 0;
        if (!(fields >> client >> number >> took >> script >> seconds >> rest)) continue;
        const instant ended{std::chrono::seconds{seconds} + microseconds{rest}};
        if (ended >= from && ended < to) found.add(microseconds{took});
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

void checkpoint(const std::string& postgres) {
  pqxx::connection db{postgres};
  pqxx::nontransaction{db}.exec("CHECKPOINT");
}

}  // namespace boxoffice::compare
