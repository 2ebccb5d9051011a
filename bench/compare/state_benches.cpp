#include "bench/compare/state_benches.hpp"

#include "bench/compare/http_side.hpp"
#include "bench/compare/polling.hpp"
#include "bench/load/processor_time.hpp"
#include "bench/load/purchases.hpp"
#include "tests/rush/server_process.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>

namespace boxoffice::compare {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr auto durable = "SQLite, WAL, synchronous = FULL";

/// A server on scratch data that is stopped and started again.
class restarted_server {
 public:
  explicit restarted_server(const surroundings& from) : program_{from.server} {}

  /// **Units** seconds from the start of the process to its ready line.
  double start() {
    const auto began = steady_clock::now();
    rush::server_setup setup{.program = program_, .data_dir = scratch_.path() / "data"};
    setup.settings = {"queue.token_seconds=86400"};
    running_.emplace(setup);
    return std::chrono::duration<double>(steady_clock::now() - began).count();
  }
  void stop() {
    if (running_->stop(seconds{60}) != 0) throw std::runtime_error{"the server does not stop"};
    running_.reset();
  }
  [[nodiscard]] const std::string& url() const { return running_->url(); }
  [[nodiscard]] double resident_bytes() const {
    return static_cast<double>(load::resident_bytes(running_->pid()));
  }
  [[nodiscard]] double cpu_seconds() const { return load::cpu_seconds(running_->pid()); }
  [[nodiscard]] std::string payments() const {
    return (scratch_.path() / "data" / "payment.db").string();
  }

 private:
  const std::filesystem::path program_;
  const rush::scratch_directory scratch_{"boxoffice-restarts"};
  std::optional<rush::server_process> running_;
};

void sell(const std::string& url, std::size_t count) {
  load::purchases all{load::market{url, {.seats = count, .buyers = count}}};
  const auto sold = load::run_load(all.at().server(), all,
                                   {.connections = 128,
                                    .warm_up = milliseconds{0},
                                    .measured = std::chrono::minutes{10},
                                    .count = count});
  if (sold.done != count) throw std::runtime_error{"the seats are not sold: " + sold.failure};
}

std::int64_t number_from(const SQLite::Database& db, const std::string& sql) {
  SQLite::Statement one{db, sql};
  one.executeStep();
  return one.getColumn(0).getInt64();
}

}  // namespace

outcome measure_start(const surroundings& from) {
  const std::size_t schedules = from.size(2, 10);
  constexpr std::size_t seats = 100'000;
  restarted_server server{from};
  server.start();
  server.stop();
  std::vector<double> empty_start, empty_bytes, full_start, full_bytes;
  for (int i = 0; i < from.plan.rounds; ++i) {
    empty_start.push_back(server.start());
    empty_bytes.push_back(server.resident_bytes());
    server.stop();
  }
  server.start();
  rush::blocking_client client{server.url()};
  rush::sale_plan sale;
  sale.seats = seats;
  for (std::size_t i = 0; i < schedules; ++i)
    rush::open_sale(client, sale);
  server.stop();
  for (int i = 0; i < from.plan.rounds; ++i) {
    full_start.push_back(server.start());
    full_bytes.push_back(server.resident_bytes());
    server.stop();
  }
  outcome out{.name = "start",
              .what = std::to_string(schedules * seats) + " seats on sale: start to ready",
              .durability = durable};
  const auto each = (spread_of(full_bytes).median - spread_of(empty_bytes).median) /
                    static_cast<double>(schedules * seats);
  const std::string start = "start to ready", asleep = "memory per seat that sleeps";
  out.figures = {{start + ", no seats", spread_of(empty_start), "s"},
                 {start, spread_of(full_start), "s"},
                 {"memory of the server, no seats", spread_of(empty_bytes), "bytes"},
                 {"memory of the server", spread_of(full_bytes), "bytes"},
                 {asleep, spread_of({std::max(0.0, each)}), "bytes"}};
  out.goals.push_back(
      judge(out, figure_goal(std::to_string(schedules * seats) + " seats on sale: start to ready",
                             start, goal::bound::at_most, 3, 1, "s")));
  out.goals.push_back(judge(out, figure_goal("memory per passivated seat", asleep,
                                             goal::bound::at_most, 0.5, 0.5, "bytes")));
  out.notes = {"Half a byte a seat and less counts as none: it is the noise of the measurement."};
  return out;
}

outcome measure_recovery(const surroundings& from) {
  const std::size_t count = from.size(1'000, 10'000);
  restarted_server server{from};
  server.start();
  sell(server.url(), count);
  outcome out{.name = "recovery",
              .what = std::to_string(count) + " open sagas after a crash, one half after the debit",
              .durability = durable};
  std::vector<double> ready, ended;
  for (int i = 0; i < std::min(from.plan.rounds, 3); ++i) {
    server.stop();
    // As a crash would leave them: their participants have done their steps, the saga does not
    // know. Participants answer a repeated step as the first time, so each ends as completed.
    SQLite::Database db{server.payments(), SQLite::OPEN_READWRITE};
    const std::int64_t now = std::chrono::duration_cast<milliseconds>(
                                 std::chrono::system_clock::now().time_since_epoch())
                                 .count();
    db.exec("BEGIN; DELETE FROM outbox");
    SQLite::Statement forget{db,
                             "UPDATE payment SET state = id % 2, completed_at = 0, changed_at = ?1,"
                             " deadline = ?1 + 3600000"};
    forget.bind(1, now);
    forget.exec();
    db.exec("COMMIT");
    const auto began = steady_clock::now();
    ready.push_back(server.start());
    seconds_until("every saga ends", milliseconds{10}, seconds{120}, [&] {
      return number_from(db, "SELECT count(*) FROM payment WHERE state IN (0, 1, 4, 7, 8)") == 0;
    });
    ended.push_back(std::chrono::duration<double>(steady_clock::now() - began).count());
    const auto completed = number_from(db, "SELECT count(*) FROM payment WHERE state = 2");
    if (completed != static_cast<std::int64_t>(count))
      throw std::runtime_error{"only " + std::to_string(completed) + " sagas were completed"};
  }
  out.figures = {{"start to ready", spread_of(ready), "s"},
                 {"start until every saga is completed", spread_of(ended), "s"}};
  return out;
}

outcome measure_outbox(const surroundings& from) {
  const std::int64_t count = from.size(10'000, 100'000);
  restarted_server server{from};
  server.start();
  sell(server.url(), 1'000);
  outcome out{.name = "outbox",
              .what = std::to_string(count) + " events in the outbox, for every consumer",
              .durability = durable};
  std::vector<double> rates, cpu;
  for (int i = 0; i < std::min(from.plan.rounds, 3); ++i) {
    server.stop();
    SQLite::Database db{server.payments(), SQLite::OPEN_READWRITE};
    // Events of the seats sold before, under ids that no payment has.
    db.exec("WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < " +
            std::to_string(count) +
            "), base (id, payment) AS (SELECT max(id), max(payment) FROM outbox),"
            " sample AS (SELECT * FROM outbox ORDER BY sequence LIMIT 1)"
            " INSERT INTO outbox (id, kind, payment, user, reservation, concert, seats, amount,"
            " token, holds_else, paid_at, occurred_at) SELECT base.id + i, kind, base.payment + i,"
            " user, reservation, concert, seats, amount, 0, 1, paid_at, occurred_at"
            " FROM n, base, sample");
    const auto last = number_from(db, "SELECT max(sequence) FROM outbox");
    server.start();
    const auto cpu_before = server.cpu_seconds();
    const auto before = number_from(db, "SELECT min(sequence) FROM consumer");
    const auto took = seconds_until("the outbox is empty", milliseconds{10}, seconds{300}, [&] {
      return number_from(db, "SELECT min(sequence) FROM consumer") >= last;
    });
    const auto moved = static_cast<double>(last - before);
    rates.push_back(moved / took);
    cpu.push_back((server.cpu_seconds() - cpu_before) * 1000 / moved);
  }
  out.figures = {{"events applied by every consumer", spread_of(rates), "/s"},
                 {"CPU seconds of the server per 1,000 events", spread_of(cpu), "s"}};
  out.notes = {"Counted from when the server was ready; what it applied before is left out."};
  return out;
}

outcome measure_soak(const surroundings& from) {
  // Each part has buyers of its own, who come at a steady rate.
  const auto part = seconds{from.size(2, 60)};
  const int parts = from.size(4, 30);
  constexpr double rate = 300;
  restarted_server server{from};
  server.start();
  curve memory{"resident memory", {}};
  std::vector<double> p99;
  std::uint64_t done = 0;
  for (int i = 0; i < parts; ++i) {
    const auto count = static_cast<std::size_t>(rate * 1.05 * static_cast<double>(part.count()));
    load::purchases all{load::market{server.url(), {.seats = count, .buyers = count}}};
    const auto found = load::run_load(
        all.at().server(), all,
        {.connections = 128, .rate = rate, .warm_up = milliseconds{0}, .measured = part});
    if (found.failed != 0) throw std::runtime_error{found.failure};
    done += found.done;
    p99.push_back(measured_by(found).p99_milliseconds);
    memory.points.emplace_back(static_cast<double>(done), server.resident_bytes() / 1e6);
  }
  const auto middle = memory.points[memory.points.size() / 2];
  const auto grown = (memory.points.back().second - middle.second) * 1e6 /
                     (memory.points.back().first - middle.first);
  outcome out{.name = "soak",
              .what = "300 purchases a second for " + std::to_string(parts * part.count()) +
                      " s and the buyers they need",
              .durability = durable};
  out.figures = {{"purchases", spread_of({static_cast<double>(done)}), ""},
                 {"memory grown per purchase in the second half", spread_of({grown}), "bytes"},
                 {"p99 of a purchase, by part", spread_of(p99), "ms"}};
  out.charts = {{"Memory by purchases made", "purchases", "MB", chart::axes::linear, {memory}}};
  out.notes = {
      "Idempotency keys are kept for 24 hours, two per purchase and one per charge, and the "
      "server knows them by heart: that much memory has to grow."};
  return out;
}

}  // namespace boxoffice::compare
