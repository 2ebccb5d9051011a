#include "bench/compare/sqlite_benches.hpp"

#include "bench/actors/workloads.hpp"
#include "bench/compare/http_side.hpp"
#include "bench/compare/sqlite_shop.hpp"
#include "bench/load/processor_time.hpp"
#include "bench/load/purchases.hpp"
#include "tests/rush/server_process.hpp"

#include <utility>

namespace boxoffice::compare {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

double milliseconds_of(std::chrono::microseconds time) {
  return static_cast<double>(time.count()) / 1000;
}

void set_latency(measurement& into, const load::histogram& latency) {
  into.p50_milliseconds = milliseconds_of(latency.quantile(0.5));
  into.p95_milliseconds = milliseconds_of(latency.quantile(0.95));
  into.p99_milliseconds = milliseconds_of(latency.quantile(0.99));
}

enum class commits : std::uint8_t { per_step, per_purchase, per_many };

/// A database of its own for each round.
class plain_side final : public side {
 public:
  plain_side(std::string name, std::string does, commits how, int purchases)
      : name_{std::move(name)}, does_{std::move(does)}, how_{how}, purchases_{purchases} {}
  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] std::string does() const override { return does_; }

  measurement run(milliseconds time) override {
    const rush::scratch_directory scratch{"boxoffice-sqlite"};
    sqlite_shop shop{scratch.path() / "shop.db", seats};
    load::histogram latency;
    std::int64_t done = 0;
    const auto cpu_before = load::own_cpu_seconds();
    const auto began = steady_clock::now();
    auto now = began;
    while (now < began + time && done + purchases_ <= static_cast<std::int64_t>(seats)) {
      purchase(shop, done);
      done += purchases_;
      const auto then = std::exchange(now, steady_clock::now());
      for (int i = 0; i < purchases_; ++i)
        latency.add(now - then);
    }
    measurement out{.per_second = static_cast<double>(done) /
                                  std::chrono::duration<double>(now - began).count()};
    set_latency(out, latency);
    out.cpu["all"] = (load::own_cpu_seconds() - cpu_before) * 1000 / static_cast<double>(done);
    return out;
  }

 private:
  static constexpr std::uint64_t seats = 100'000;

  void purchase(sqlite_shop& shop, std::int64_t done) const {
    shop.begin();
    for (int i = 1; i <= purchases_; ++i) {
      const auto reservation = shop.hold(done + i);
      if (how_ == commits::per_step) {
        shop.commit();
        shop.begin();
      }
      shop.pay(done + i, reservation);
    }
    shop.commit();
  }

  const std::string name_, does_;
  const commits how_;
  const int purchases_;
};

/// A node of its own for each round.
class in_process_side final : public side {
 public:
  explicit in_process_side(std::uint32_t in_flight) : in_flight_{in_flight} {}
  [[nodiscard]] std::string name() const override {
    return "boxoffice in process, " + std::to_string(in_flight_) + " in flight";
  }
  [[nodiscard]] std::string does() const override {
    return "hold and pay as two messages with idempotency keys to the actors; saga with its "
           "timeline, outbox and its consumers, five databases; no HTTP";
  }

  measurement run(milliseconds time) override {
    boxoffice::bench::bench_node node{{}};
    boxoffice::bench::purchase work{node};
    const auto cpu_before = load::own_cpu_seconds();
    const auto found = boxoffice::bench::run_closed_loop(
        node.system(), work, {.count = node.plan().seats, .in_flight = in_flight_, .time = time});
    measurement out{.per_second = static_cast<double>(found.done) / found.seconds,
                    .failed = found.refused,
                    .failure = "a purchase was refused"};
    // Little's law: the loop does not look at single operations.
    out.p50_milliseconds = out.p99_milliseconds = 0;
    out.also["mean ms"] = 1000 * in_flight_ / out.per_second;
    out.cpu["all"] =
        (load::own_cpu_seconds() - cpu_before) * 1000 / static_cast<double>(found.done);
    return out;
  }

 private:
  const std::uint32_t in_flight_;
};

http_setup over_http(const std::shared_ptr<load::measured_server>& server,
                     std::size_t connections) {
  return {.name = "boxoffice over HTTP, " + std::to_string(connections) + " in flight",
          .does =
              "hold and pay as two requests with JSON, JWT, Idempotency-Key and Queue-Token; "
              "saga with its timeline, outbox and its consumers, five databases",
          .server = server,
          .connections = connections,
          .prepare = load::purchases_of_a_crowd()};
}

}  // namespace

outcome compare_sqlite(const surroundings& from) {
  comparison of{.name = "sqlite-purchases",
                .what = "purchases on embedded SQLite against a plain program on one SQLite file",
                .durability = "SQLite, WAL, synchronous = FULL"};
  const auto server = std::make_shared<load::measured_server>(from.server, "");
  of.add(make_http_side(over_http(server, 64)));
  const auto http_256 = of.add(make_http_side(over_http(server, 256)));
  const auto actors = of.add(std::make_unique<in_process_side>(256));
  constexpr auto rows =
      "the rows of a purchase, one thread, one database; no HTTP, no actors, no saga; ";
  of.add(std::make_unique<plain_side>("SQLite, a commit for the hold, one for the payment",
                                      rows + std::string{"two commits each"}, commits::per_step,
                                      1));
  const auto each = of.add(std::make_unique<plain_side>(
      "SQLite, a commit each", rows + std::string{"one commit each"}, commits::per_purchase, 1));
  const auto many = of.add(std::make_unique<plain_side>(
      "SQLite, 128 per commit", rows + std::string{"as nobody's requests arrive"},
      commits::per_many, 128));
  of.goals = {{.what = "purchases/s over HTTP, SQLite, against one commit each",
               .of = http_256,
               .over = each,
               .must = 5,
               .aim = 10},
              {.what = "purchases/s over HTTP, SQLite, against 128 per commit",
               .of = http_256,
               .over = many,
               .must = 0.25,
               .aim = 0.5},
              {.what = "in-process purchases/s, SQLite, against 128 per commit",
               .of = actors,
               .over = many,
               .must = 0.5,
               .aim = 0.9}};
  return run_rounds(of, from.plan);
}

}  // namespace boxoffice::compare
