#include "bench/compare/http_side.hpp"

#include "bench/load/processor_time.hpp"

#include <fstream>
#include <map>
#include <pqxx/pqxx>
#include <utility>

namespace boxoffice::compare {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds warm_up{500};

double in_milliseconds(std::chrono::microseconds time) {
  return static_cast<double>(time.count()) / 1000;
}

class http_side final : public side {
 public:
  explicit http_side(http_setup setup)
      : setup_{std::move(setup)},
        server_{setup_.server, setup_.postgres},
        market_{server_.url(), setup_.seats, setup_.buyers},
        scenario_{setup_.make(market_)} {}

  [[nodiscard]] std::string name() const override { return setup_.name; }
  [[nodiscard]] std::string does() const override { return setup_.does; }

  measurement run(milliseconds time) override {
    load::load_plan plan{.connections = setup_.connections,
                         .warm_up = warm_up,
                         .measured = time,
                         .first = next_};
    plan.meters = {{"server", [&] { return load::cpu_seconds(server_.pid()); }}};
    if (!setup_.postgres.empty())
      plan.meters.push_back({"database", [&] { return postgres_cpu_seconds(setup_.postgres); }});
    const auto found = load::run_load(market_.server(), *scenario_, plan);
    next_ = found.next;
    measurement out{.per_second = found.per_second(),
                    .p50_milliseconds = in_milliseconds(found.latency.quantile(0.5)),
                    .p95_milliseconds = in_milliseconds(found.latency.quantile(0.95)),
                    .p99_milliseconds = in_milliseconds(found.latency.quantile(0.99)),
                    .failed = found.failed,
                    .failure = found.failure};
    if (next_ >= scenario_->count_max() && out.failed++ == 0)
      out.failure = "there were too few buyers for the time";
    for (const auto& [who, seconds] : found.cpu_seconds)
      out.cpu[who] = seconds * 1000 / static_cast<double>(std::max<std::uint64_t>(1, found.done));
    return out;
  }

 private:
  const http_setup setup_;
  load::measured_server server_;
  load::market market_;
  std::unique_ptr<load::scenario> scenario_;
  std::uint64_t next_{0};
};

pid_t parent_of(pid_t process) {
  std::ifstream in{"/proc/" + std::to_string(process) + "/status"};
  std::string word;
  pid_t parent = 0;
  while (in >> word)
    if (word == "PPid:" && in >> parent) return parent;
  return 0;
}

}  // namespace

double postgres_cpu_seconds(const std::string& url) {
  static std::map<std::string, pid_t> known;
  auto& postmaster = known[url];
  if (postmaster == 0) {
    pqxx::connection db{url};
    postmaster = parent_of(db.backendpid());
  }
  return load::tree_cpu_seconds(postmaster);
}

std::unique_ptr<side> make_http_side(http_setup setup) {
  return std::make_unique<http_side>(std::move(setup));
}

}  // namespace boxoffice::compare
