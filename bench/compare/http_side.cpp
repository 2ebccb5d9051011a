#include "bench/compare/http_side.hpp"

#include "bench/compare/polling.hpp"
#include "bench/load/processor_time.hpp"
#include "tests/rush/blocking_client.hpp"
#include "tests/rush/connection_pool.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <pqxx/pqxx>
#include <stdexcept>
#include <utility>

namespace boxoffice::compare {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds warm_up{500};
constexpr double spare = 1.5;                    // prepared beyond what the rounds before used
constexpr std::size_t operations_max = 100'000;  // seats of a schedule
constexpr int tries_max = 4;

double in_milliseconds(std::chrono::microseconds time) {
  return static_cast<double>(time.count()) / 1000;
}

class http_side final : public side {
 public:
  explicit http_side(http_setup setup)
      : setup_{std::move(setup)}, per_second_{setup_.per_second_expected} {}

  [[nodiscard]] std::string name() const override { return setup_.name; }
  [[nodiscard]] std::string does() const override { return setup_.does; }

  measurement run(milliseconds time) override {
    for (int tries = 1;; ++tries) {
      const auto found = run_once(time);
      if (setup_.count != 0) return verified(found);
      // Otherwise what was prepared was used up before the time was over.
      if (next_ < scenario_->count_max()) return verified(found);
      if (tries == tries_max) throw std::runtime_error{name() + ": there are too few operations"};
      per_second_ *= 2;
    }
  }

 private:
  // What it had admitted is still being done; until then it puts off who prepares the next round.
  void let_settle() const {
    rush::blocking_client client{setup_.server->url()};
    seconds_until("the server answers again", milliseconds{100}, std::chrono::seconds{30},
                  [&] { return client.get("/v1/concerts").status == 200; });
    let_pass(std::chrono::seconds{1});
  }

  [[nodiscard]] measurement verified(const load::load_result& found) const {
    auto out = measured_by(found);
    if (!setup_.verify) return out;
    const auto wrong = setup_.verify(*scenario_);
    if (!wrong.empty() && out.failed++ == 0) out.failure = wrong;
    return out;
  }

  load::load_result run_once(milliseconds time) {
    const double seconds = std::chrono::duration<double>(time + warm_up).count();
    if (!scenario_ || setup_.renews == http_setup::renewal::each_round) {
      const auto operations = static_cast<std::size_t>(per_second_ * spare * seconds) + 200;
      scenario_ = setup_.prepare(setup_.server->url(), std::min(operations, operations_max));
      next_ = 0;
    }
    load::load_plan plan{.connections = setup_.connections,
                         .rate = setup_.rate ? setup_.rate() : 0,
                         .arrivals = load::load_plan::spacing::random,
                         .patience = setup_.patience,
                         .warm_up = warm_up,
                         .measured = time,
                         .first = next_};
    if (setup_.count != 0) {
      plan.warm_up = milliseconds{0};
      plan.measured = std::chrono::minutes{2};
      plan.count = setup_.count;
    }
    plan.metrics = {{"server", [&] { return load::cpu_seconds(setup_.server->pid()); }}};
    if (!setup_.postgres.empty())
      plan.metrics.push_back({"database", [&] { return postgres_cpu_seconds(setup_.postgres); }});
    auto found = load::run_load(rush::parse_url(setup_.server->url()), *scenario_, plan);
    const auto used = static_cast<double>(found.next - next_);
    per_second_ = std::max(per_second_ / 2, used / seconds);
    next_ = found.next;
    if (found.shed != 0) let_settle();
    return found;
  }

  const http_setup setup_;
  std::unique_ptr<load::scenario> scenario_;
  double per_second_;
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

measurement measured_by(const load::load_result& found) {
  measurement out{.per_second = found.per_second(),
                  .p50_milliseconds = in_milliseconds(found.latency.quantile(0.5)),
                  .p95_milliseconds = in_milliseconds(found.latency.quantile(0.95)),
                  .p99_milliseconds = in_milliseconds(found.latency.quantile(0.99)),
                  .failed = found.failed,
                  .failure = found.failure};
  for (const auto& [who, seconds] : found.cpu_seconds)
    out.cpu[who] = seconds * 1000 / static_cast<double>(std::max<std::uint64_t>(1, found.done));
  if (found.shed != 0) out.also["shed/s"] = static_cast<double>(found.shed) / found.seconds;
  if (found.given_up != 0)
    out.also["given up/s"] = static_cast<double>(found.given_up) / found.seconds;
  return out;
}

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
