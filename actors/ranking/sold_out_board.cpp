#include "actors/ranking/sold_out_board.hpp"

#include "actors/ranking/board_filling.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

namespace boxoffice {

// This board keeps no minutes.
std::int64_t sold_out_board::first_minute_needed(time_point) {
  return std::numeric_limits<std::int64_t>::max();
}

void sold_out_board::restore(const ranking_reader::board_state& state, time_point) {
  totals_.clear();
  for (const auto& t : state.totals)
    totals_[t.schedule] = t;
}

std::optional<std::string> sold_out_board::refuses(const payment_event& event) const {
  if (catalogue_.snapshot()->find(event.schedule())) return std::nullopt;
  return "the schedule " + to_text(event.schedule()) + " is not in the catalogue";
}

ranking_write sold_out_board::decide(const payment_event& event) const {
  const auto id = event.schedule();
  const auto known = totals_.find(id);
  sales_total total = known == totals_.end() ? sales_total{id, 0, no_time, no_time} : known->second;
  const auto of = catalogue_.snapshot()->find(id);
  const auto seat_count = of ? std::int64_t{of->seats.seat_count()} : 0;
  switch (event.kind) {
    case event_kind::payment_completed:
      total.seats += event.seats;
      total.last_paid_at = std::max(total.last_paid_at, event.paid_at);
      if (total.sold_out_at == no_time && seat_count > 0 && total.seats >= seat_count)
        total.sold_out_at = total.last_paid_at;
      break;
    case event_kind::payment_refunded:
      total.seats -= event.seats;
      if (event.occurred_at < total.sold_out_at && total.seats < seat_count)
        total.sold_out_at = no_time;
      break;
  }
  return {consumer, event.id, event.sequence, std::nullopt, total};
}

void sold_out_board::apply(const ranking_write& write) {
  if (write.total) totals_[write.total->schedule] = *write.total;
}

bool sold_out_board::may_lack(const fill_board& part, time_point now) const {
  if (catalogue_.is_complete(now)) return false;
  const auto all = catalogue_.snapshot();
  return std::ranges::any_of(part.schedules,
                             [&](const schedule_sales& s) { return !all->find(s.schedule); });
}

board_fill sold_out_board::fill(const fill_board& part) const {
  auto f = empty_fill(consumer, part);
  const auto all = catalogue_.snapshot();
  for (const auto& s : part.schedules) {
    const auto of = all->find(s.schedule);
    const auto seat_count = of ? std::int64_t{of->seats.seat_count()} : 0;
    const bool was_sold_out = seat_count > 0 && s.most_seats >= seat_count;
    f.totals.push_back({s.schedule, s.seats, s.last_paid_at, was_sold_out ? s.most_at : no_time});
  }
  return f;
}

std::vector<sold_out_line> sold_out_board::fastest(std::size_t limit) const {
  struct candidate {
    sold_out_line line;
    time_point opened_at;
  };
  const auto all = catalogue_.snapshot();
  std::vector<candidate> found;
  for (const auto& [id, total] : totals_) {
    if (total.sold_out_at == no_time) continue;
    const auto of = all->find(id);
    if (!of) continue;
    const auto seats = of->seats.seat_count();
    found.push_back({{0, id, seats, total.sold_out_at, total.sold_out_at - of->sales_open_at,
                      total.seats >= std::int64_t{seats} ? sold_out_line::now::sold_out
                                                         : sold_out_line::now::seats_back},
                     of->sales_open_at});
  }
  const auto shown = std::min(limit, found.size());
  std::ranges::partial_sort(
      found, found.begin() + static_cast<std::ptrdiff_t>(shown),
      [](const candidate& a, const candidate& b) {
        return std::tuple{a.line.to_sell_out, b.line.seat_count, a.opened_at, a.line.schedule} <
               std::tuple{b.line.to_sell_out, a.line.seat_count, b.opened_at, b.line.schedule};
      });
  std::vector<sold_out_line> lines;
  for (std::size_t i = 0; i < shown; ++i) {
    lines.push_back(found[i].line);
    lines.back().rank = static_cast<std::uint32_t>(i + 1);
  }
  return lines;
}

}  // namespace boxoffice
