#include "actors/ranking/best_selling_board.hpp"

#include "actors/ranking/board_filling.hpp"

#include <algorithm>

namespace boxoffice {
namespace {

constexpr std::int64_t day_minutes = 24 * 60;

std::int64_t minute_of(time_point at) {
  return std::chrono::floor<std::chrono::minutes>(at).time_since_epoch().count();
}

std::int64_t seats_at(const std::unordered_map<schedule_id, std::int64_t>& in, schedule_id of) {
  const auto found = in.find(of);
  return found == in.end() ? 0 : found->second;
}

}  // namespace

std::int64_t best_selling_board::first_minute_needed(time_point now) {
  return minute_of(now) - day_minutes;
}

void best_selling_board::restore(const ranking_reader::board_state& state, time_point now) {
  *this = {};
  advance(now);
  for (const auto& t : state.totals)
    totals_[t.schedule] = t;
  for (const auto& b : state.buckets) {
    if (b.minute < day_.first) continue;
    minutes_[b.minute][b.schedule] = b.seats;
    day_.seats[b.schedule] += b.seats;
    if (b.minute >= hour_.first) hour_.seats[b.schedule] += b.seats;
  }
}

ranking_write best_selling_board::decide(const payment_event& event) const {
  ranking_write w{consumer, event.id, event.sequence, std::nullopt, std::nullopt};
  const auto delta = event.kind == event_kind::payment_completed ? std::int64_t{event.seats}
                                                                 : -std::int64_t{event.seats};
  const auto schedule = event.schedule();
  const auto known = totals_.find(schedule);
  sales_total total =
      known == totals_.end() ? sales_total{schedule, 0, no_time, no_time} : known->second;
  total.seats += delta;
  if (delta > 0) total.last_paid_at = std::max(total.last_paid_at, event.paid_at);
  w.total = total;
  // A minute beyond every window is nobody's business any more.
  const auto minute = minute_of(event.paid_at);
  if (minute >= day_.first) {
    const auto found = minutes_.find(minute);
    const auto before = found == minutes_.end() ? 0 : seats_at(found->second, schedule);
    w.bucket = sales_bucket{schedule, minute, before + delta};
  }
  return w;
}

void best_selling_board::apply(const ranking_write& write) {
  if (write.total) totals_[write.total->schedule] = *write.total;
  if (!write.bucket || write.bucket->minute < day_.first) return;
  const auto& b = *write.bucket;
  auto& seats = minutes_[b.minute][b.schedule];
  const auto delta = b.seats - seats;
  seats = b.seats;
  day_.seats[b.schedule] += delta;
  if (b.minute >= hour_.first) hour_.seats[b.schedule] += delta;
}

board_fill best_selling_board::fill(const fill_board& part) {
  auto f = empty_fill(consumer, part);
  f.buckets_are = board_fill::minutes::emptied;
  for (const auto& s : part.schedules)
    f.totals.push_back({s.schedule, s.seats, s.last_paid_at, no_time});
  for (const auto& m : part.minutes)
    f.buckets.push_back({m.schedule, m.minute, m.seats});
  return f;
}

std::vector<best_selling_line> best_selling_board::best(ranking_window window, std::size_t limit,
                                                        time_point now) {
  advance(now);
  std::vector<best_selling_line> lines;
  const auto add = [&lines](schedule_id schedule, std::int64_t seats) {
    if (seats > 0) lines.push_back({0, schedule, static_cast<std::uint64_t>(seats)});
  };
  switch (window) {
    case ranking_window::hour:
      for (const auto& [schedule, seats] : hour_.seats)
        add(schedule, seats);
      break;
    case ranking_window::day:
      for (const auto& [schedule, seats] : day_.seats)
        add(schedule, seats);
      break;
    case ranking_window::all:
      for (const auto& [schedule, total] : totals_)
        add(schedule, total.seats);
      break;
  }
  const auto shown = std::min(limit, lines.size());
  std::ranges::partial_sort(lines, lines.begin() + static_cast<std::ptrdiff_t>(shown),
                            [](const auto& a, const auto& b) {
                              if (a.seats_sold != b.seats_sold) return a.seats_sold > b.seats_sold;
                              return a.schedule < b.schedule;
                            });
  lines.resize(shown);
  for (std::uint32_t rank = 0; auto& l : lines)
    l.rank = ++rank;
  return lines;
}

std::int64_t best_selling_board::seats_sold() const {
  std::int64_t sum = 0;
  for (const auto& [schedule, total] : totals_)
    sum += total.seats;
  return sum;
}

void best_selling_board::advance(time_point now) {
  const auto minute = minute_of(now);
  advance(hour_, minute);
  advance(day_, minute);
  minutes_.erase(minutes_.begin(), minutes_.lower_bound(day_.first));
}

void best_selling_board::advance(moving_sums& window, std::int64_t minute) {
  const auto first = minute - window.length;
  if (first <= window.first) return;
  const auto end = minutes_.lower_bound(first);
  for (auto m = minutes_.lower_bound(window.first); m != end; ++m) {
    for (const auto& [schedule, seats] : m->second) {
      const auto found = window.seats.try_emplace(schedule, 0).first;
      found->second -= seats;
      if (found->second == 0) window.seats.erase(found);
    }
  }
  window.first = first;
}

}  // namespace boxoffice
