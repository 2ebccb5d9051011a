#include "bench/load/load_run.hpp"

#include "bench/load/processor_time.hpp"

#include <algorithm>
#include <random>
#include <utility>

namespace boxoffice::load {
namespace {

using std::chrono::steady_clock;

class driver final : public connection::user {
 public:
  driver(const boost::asio::ip::tcp::endpoint& server, scenario& what, const load_plan& plan)
      : what_{what}, plan_{plan}, next_{plan.first}, end_{last_of(what, plan)} {
    for (std::size_t i = 0; i < plan.connections; ++i) {
      connections_.push_back(std::make_unique<connection>(context_, server));
      connections_.back()->tag = i;
    }
    operations_.resize(plan.connections);
  }

  load_result run() {
    plan_.metrics.push_back({"generator", own_cpu_seconds});
    count_from_ = steady_clock::now() + plan_.warm_up;
    count_to_ = count_from_ + plan_.measured;
    boost::asio::steady_timer begins{context_, count_from_}, ends{context_, count_to_};
    begins.async_wait([&](const auto&) { read_metrics(-1); });
    ends.async_wait([&](const auto&) { finish(); });
    if (plan_.rate > 0) {
      for (auto& each : connections_)
        idle_.push_back(each.get());
      began_ = meant_ = steady_clock::now();
      arrive();
    } else {
      for (auto& each : connections_)
        start_next(*each, steady_clock::now());
    }
    context_.run();
    result_.seconds = std::chrono::duration<double>(finished_at_ - count_from_).count();
    result_.next = next_;
    return std::move(result_);
  }

  void on(connection& from, const answer& to) override {
    auto& now = operations_[from.tag];
    switch (what_.next(now.number, now.position++, to, request_)) {
      case scenario::verdict::more:
        from.send(request_, *this);
        return;
      case scenario::verdict::done:
        ended(now);
        break;
      case scenario::verdict::shed:
        if (is_counted(steady_clock::now())) ++result_.shed;
        break;
      case scenario::verdict::failed:
        failed(now, to);
        break;
    }
    --running_;
    lose_patience();
    if (to.status == 0) {
      // This connection is gone; the others go on.
    } else if (!waiting_.empty()) {
      const auto meant = waiting_.front();
      waiting_.pop_front();
      start_next(from, meant);
    } else if (plan_.rate > 0) {
      idle_.push_back(&from);
    } else {
      start_next(from, steady_clock::now());
    }
    if (running_ == 0 && next_ >= end_ && waiting_.empty()) finish();
  }

 private:
  struct operation {
    std::uint64_t number{0};
    std::size_t position{0};
    steady_clock::time_point since;
  };

  static std::uint64_t last_of(const scenario& what, const load_plan& plan) {
    const auto most = plan.count > UINT64_MAX - plan.first ? UINT64_MAX : plan.first + plan.count;
    return std::min(most, what.count_max());
  }

  void start_next(connection& on, steady_clock::time_point since) {
    if (next_ >= end_ || finished_) return;
    auto& now = operations_[on.tag];
    now = {next_++, 0, since};
    ++running_;
    what_.begin(now.number, request_);
    on.send(request_, *this);
  }

  // From one arrival to the next.
  steady_clock::duration gap() {
    while (!plan_.later_rates.empty() && meant_ - began_ >= plan_.later_rates.front().first) {
      plan_.rate = plan_.later_rates.front().second;
      plan_.later_rates.erase(plan_.later_rates.begin());
    }
    const double mean = 1.0 / plan_.rate;
    const double seconds =
        plan_.arrivals == load_plan::spacing::even ? mean : mean * exponential_(dice_);
    return std::chrono::duration_cast<steady_clock::duration>(
        std::chrono::duration<double>{seconds});
  }

  void lose_patience() {
    if (plan_.patience.count() == 0) return;
    for (const auto now = steady_clock::now();
         !waiting_.empty() && now - waiting_.front() > plan_.patience; waiting_.pop_front())
      if (is_counted(now)) ++result_.given_up;
  }

  // Begins everything whose time has come, and waits for the time of the next.
  void arrive() {
    for (const auto now = steady_clock::now(); meant_ <= now; meant_ += gap()) {
      if (next_ + waiting_.size() >= end_) return;
      if (idle_.empty()) {
        waiting_.push_back(meant_);
      } else {
        auto* on = idle_.back();
        idle_.pop_back();
        start_next(*on, meant_);
      }
    }
    clock_.expires_at(meant_);
    clock_.async_wait([this](const auto& cancelled) {
      if (!cancelled && !finished_) arrive();
    });
  }

  [[nodiscard]] bool is_counted(steady_clock::time_point at) const {
    return at >= count_from_ && at < count_to_;
  }

  void ended(const operation& one) {
    const auto now = steady_clock::now();
    if (!is_counted(now)) return;
    ++result_.done;
    result_.latency.add(now - one.since);
    if (plan_.interval.count() == 0) return;
    const auto slot = static_cast<std::size_t>((now - count_from_) / plan_.interval);
    if (slot >= result_.timeline.size()) result_.timeline.resize(slot + 1);
    result_.timeline[slot].add(now - one.since);
  }

  void failed(const operation& one, const answer& to) {
    if (finished_) return;
    if (result_.failed++ == 0)
      result_.failure = "operation " + std::to_string(one.number) + ", request " +
                        std::to_string(one.position) + ": " + std::to_string(to.status) + " " +
                        std::string{to.body.substr(0, 400)};
  }

  void read_metrics(double sign) {
    for (const auto& each : plan_.metrics)
      result_.cpu_seconds[each.of] += sign * each.seconds();
  }

  void finish() {
    if (std::exchange(finished_, true)) return;
    finished_at_ = steady_clock::now();
    read_metrics(1);
    context_.stop();
  }

  scenario& what_;
  load_plan plan_;
  boost::asio::io_context context_{1};
  boost::asio::steady_timer clock_{context_};
  std::vector<std::unique_ptr<connection>> connections_;
  std::vector<operation> operations_;
  std::vector<connection*> idle_;
  std::deque<steady_clock::time_point> waiting_;  // when each was meant to begin
  std::mt19937_64 dice_{1};
  std::exponential_distribution<double> exponential_;
  steady_clock::time_point began_, meant_, count_from_, count_to_, finished_at_;
  std::uint64_t next_, end_, running_{0};
  std::string request_;
  bool finished_{false};
  load_result result_;
};

}  // namespace

load_result run_load(const boost::asio::ip::tcp::endpoint& server, scenario& what,
                     const load_plan& plan) {
  return driver{server, what, plan}.run();
}

}  // namespace boxoffice::load
