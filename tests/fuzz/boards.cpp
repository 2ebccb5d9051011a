// The rankings beside sums over the list of all events, with writes that fail and boards that are
// read again from the rows.
#include "actors/core/check.hpp"
#include "actors/ranking/applied_events.hpp"
#include "actors/ranking/best_selling_board.hpp"
#include "actors/ranking/sold_out_board.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <fuzzer/FuzzedDataProvider.h>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

namespace boxoffice {
namespace {

constexpr time_point start{std::chrono::hours{24 * 365}};

std::int64_t minute_of(time_point at) {
  return std::chrono::floor<std::chrono::minutes>(at).time_since_epoch().count();
}

/// What the store keeps of one board.
struct rows {
  std::map<std::pair<std::int64_t, schedule_id>, sales_bucket> buckets;
  std::map<schedule_id, sales_total> totals;

  void write(const ranking_write& w) {
    if (w.bucket) buckets[{w.bucket->minute, w.bucket->schedule}] = *w.bucket;
    if (w.total) totals[w.total->schedule] = *w.total;
  }
  [[nodiscard]] ranking_reader::board_state read(std::int64_t since) const {
    ranking_reader::board_state state;
    for (const auto& [key, bucket] : buckets)
      if (bucket.minute >= since) state.buckets.push_back(bucket);
    for (const auto& [schedule, total] : totals)
      state.totals.push_back(total);
    return state;
  }
};

bool same(const sold_out_line& a, const sold_out_line& b) {
  return std::tie(a.rank, a.schedule, a.seat_count, a.sold_out_at, a.to_sell_out, a.currently) ==
         std::tie(b.rank, b.schedule, b.seat_count, b.sold_out_at, b.to_sell_out, b.currently);
}

class driven_boards {
 public:
  explicit driven_boards(FuzzedDataProvider& dice) : dice_{dice} {
    auto all = std::make_shared<catalogue>();
    for (std::uint64_t n = 1; n <= 4; ++n) {
      auto one = std::make_shared<schedule>();
      one->id = {n};
      one->sales_open_at = start - std::chrono::hours{n % 2};
      one->seats = seat_map{{{"A", 1, n < 3 ? 3U : 6U, {1}}}};
      all->schedules.emplace(one->id, one);
    }
    catalogue_.publish(all);
    read_again();
  }

  void step() {
    switch (dice_.ConsumeIntegralInRange(0, 7)) {
      case 0:
      case 1:
      case 2:
        return sell();
      case 3:
        return refund();
      case 4:
        now_ += std::chrono::minutes{dice_.ConsumeIntegralInRange(0, 900)} +
                milliseconds{dice_.ConsumeIntegralInRange(0, 60'000)};
        return;
      case 5:
        return commit(dice_.ConsumeIntegralInRange<std::size_t>(0, 4));
      case 6:
        if (dice_.ConsumeBool()) commit(writes_.size());
        return read_again();
      default:
        return look();
    }
  }

  void look() {
    look_at_best(ranking_window::hour, 60);
    look_at_best(ranking_window::day, 24 * 60);
    look_at_best(ranking_window::all, std::nullopt);
    look_at_sold_out();
  }

 private:
  void sell() {
    payment_event e;
    e.id = {++last_};
    e.sequence = last_;
    e.reservation = {{dice_.ConsumeIntegralInRange<std::uint64_t>(1, 4)}, last_};
    e.seats = dice_.ConsumeIntegralInRange<std::uint32_t>(0, 3);
    e.paid_at = e.occurred_at = now_ - std::chrono::minutes{dice_.ConsumeIntegralInRange(0, 1600)};
    take(e);
  }
  void refund() {
    if (decided_.empty()) return;
    auto e = decided_[dice_.ConsumeIntegralInRange<std::size_t>(0, decided_.size() - 1)];
    if (e.kind == event_kind::payment_refunded || refunded_.contains(e.id)) return;
    refunded_.insert(e.id);
    e.kind = event_kind::payment_refunded;
    e.sequence = ++last_;
    e.occurred_at = now_;
    take(e);
  }

  void take(const payment_event& e) {
    check(!sold_out_->refuses(e) && !best_selling_board::refuses(e), "known schedules are counted");
    std::pair of{best_->decide(e), sold_out_->decide(e)};
    best_->apply(of.first);
    sold_out_->apply(of.second);
    decided_.push_back(e);
    writes_.push_back(std::move(of));
  }

  void commit(std::size_t count) {
    for (; count > 0 && !writes_.empty(); --count) {
      best_rows_.write(writes_.front().first);
      sold_out_rows_.write(writes_.front().second);
      writes_.pop_front();
    }
  }

  // Memory is void: what was not written comes again from the outbox, or here never.
  void read_again() {
    for (; !writes_.empty(); writes_.pop_back()) {
      refunded_.erase(decided_.back().id);
      decided_.pop_back();
    }
    best_ = std::make_unique<best_selling_board>();
    best_->restore(best_rows_.read(best_selling_board::first_minute_needed(now_)), now_);
    sold_out_ = std::make_unique<sold_out_board>(catalogue_);
    sold_out_->restore(sold_out_rows_.read(sold_out_board::first_minute_needed(now_)), now_);
  }

  void look_at_best(ranking_window window, std::optional<std::int64_t> minutes) {
    std::map<schedule_id, std::int64_t> sums;
    for (const auto& e : decided_)
      if (!minutes || minute_of(e.paid_at) >= minute_of(now_) - *minutes)
        sums[e.schedule()] += e.kind == event_kind::payment_completed ? std::int64_t{e.seats}
                                                                      : -std::int64_t{e.seats};
    std::vector<std::pair<std::int64_t, std::uint64_t>> wanted;
    for (const auto& [schedule, seats] : sums)
      if (seats > 0) wanted.emplace_back(-seats, schedule.value);
    std::ranges::sort(wanted);
    const auto limit = dice_.ConsumeIntegralInRange<std::size_t>(0, 5);
    wanted.resize(std::min(wanted.size(), limit));
    const auto lines = best_->best(window, limit, now_);
    check(lines.size() == wanted.size(), "who sold anything is ranked");
    for (std::size_t i = 0; i < lines.size(); ++i)
      check(lines[i].rank == i + 1 && lines[i].schedule.value == wanted[i].second &&
                static_cast<std::int64_t>(lines[i].seats_sold) == -wanted[i].first,
            "by what was sold within the window");
  }

  void look_at_sold_out() const {
    const auto lines = sold_out_->fastest(9);
    const auto all = catalogue_.snapshot();
    std::map<schedule_id, std::int64_t> net, most;
    for (const auto& e : decided_) {
      auto& sum = net[e.schedule()];
      sum +=
          e.kind == event_kind::payment_completed ? std::int64_t{e.seats} : -std::int64_t{e.seats};
      most[e.schedule()] = std::max(most[e.schedule()], sum);
    }
    std::set<schedule_id> shown;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const auto& l = lines[i];
      const std::int64_t seats = all->find(l.schedule)->seats.seat_count();
      check(l.rank == i + 1 && l.seat_count == seats, "lines are numbered");
      check(most[l.schedule] >= seats, "only what was sold out is shown");
      check((l.currently == sold_out_line::now::sold_out) == (net[l.schedule] >= seats),
            "as it is now");
      check(i == 0 || lines[i - 1].to_sell_out <= l.to_sell_out, "the fastest first");
      check(shown.insert(l.schedule).second, "each once");
    }
    for (const auto& [schedule, sum] : net)
      check(sum < std::int64_t{all->find(schedule)->seats.seat_count()} || shown.contains(schedule),
            "what is sold out is shown");
    if (!writes_.empty()) return;
    sold_out_board again{catalogue_};
    again.restore(sold_out_rows_.read(0), now_);
    check(std::ranges::equal(again.fastest(9), lines, same), "the rows say the same");
  }

  FuzzedDataProvider& dice_;
  catalogue_view catalogue_;
  time_point now_{start};
  std::uint64_t last_{0};
  std::unique_ptr<best_selling_board> best_;
  std::unique_ptr<sold_out_board> sold_out_;
  rows best_rows_, sold_out_rows_;
  std::vector<payment_event> decided_;  // stored once all writes are
  std::deque<std::pair<ranking_write, ranking_write>> writes_;
  std::set<event_id> refunded_;
};

/// Which events were applied: never "no" for one that was.
void remember_events(FuzzedDataProvider& dice) {
  applied_events events{dice.ConsumeIntegralInRange<std::size_t>(1, 4)};
  std::set<std::uint64_t> applied;
  for (auto more = dice.ConsumeIntegralInRange(0, 20); more > 0; --more) {
    payment_event e;
    e.sequence = dice.ConsumeIntegralInRange<std::uint64_t>(1, 12);
    e.id = {100 + e.sequence};
    const auto said = events.look(e);
    using seen = applied_events::seen;
    check(said != seen::no || !applied.contains(e.sequence), "what was applied is not new");
    check(said != seen::yes || applied.contains(e.sequence), "what was not is not known");
    events.add(e.id, e.sequence);
    applied.insert(e.sequence);
    check(events.look(e) == seen::yes && events.through() == *applied.rbegin(),
          "the last is known");
  }
}

}  // namespace
}  // namespace boxoffice

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider dice{data, size};
  boxoffice::remember_events(dice);
  boxoffice::driven_boards driven{dice};
  for (int steps = 0; dice.remaining_bytes() > 0 && steps < 200; ++steps)
    driven.step();
  driven.look();
  return 0;
}
