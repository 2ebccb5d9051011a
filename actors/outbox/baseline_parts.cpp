#include "actors/outbox/baseline_parts.hpp"

#include <algorithm>

namespace boxoffice {
namespace {

// Those of `all`, which stand at `begin` in the list of all rows, from row `from` to row `to`.
template <class Row>
std::vector<Row> rows_between(const std::vector<Row>& all, std::size_t begin, std::size_t from,
                              std::size_t to) {
  const auto clamped = [&](std::size_t row) {
    const auto at = row > begin ? std::min(row - begin, all.size()) : 0;
    return all.begin() + static_cast<std::ptrdiff_t>(at);
  };
  return {clamped(from), clamped(to)};
}

}  // namespace

fill_board baseline_parts::part() const {
  const auto from = part_ * part_rows_;
  const auto to = from + part_rows_;
  fill_board m;
  m.filling = filling_;
  m.part = part_;
  m.follows = to < rows() ? fill_board::more::yes : fill_board::more::no;
  m.through = all_.through;
  m.schedules = rows_between(all_.schedules, 0, from, to);
  m.minutes = rows_between(all_.minutes, all_.schedules.size(), from, to);
  return m;
}

baseline_parts::taken baseline_parts::board_took(const board_filled& m) {
  if (m.filling != filling_ || m.part != part_) return taken::ignored;
  const auto sent = part();
  if (m.is == board_filled::end::refused) return begin_anew(sent);
  ++part_;
  return sent.follows == fill_board::more::no ? taken::all : taken::part;
}

baseline_parts::taken baseline_parts::begin_anew(const fill_board& refused) {
  const auto size = refused.schedules.size() + refused.minutes.size();
  if (size == 0) return taken::ignored;  // no row of it is to blame
  part_rows_ = std::max<std::size_t>(size / 2, 1);
  if (size == 1) {
    leave_out(refused.schedules.empty() ? refused.minutes[0].schedule
                                        : refused.schedules[0].schedule);
    part_rows_ = limits::board_fill_rows_max;
  }
  ++filling_;
  part_ = 0;
  return taken::begins_anew;
}

void baseline_parts::leave_out(schedule_id which) {
  std::erase_if(all_.schedules, [&](const schedule_sales& s) { return s.schedule == which; });
  std::erase_if(all_.minutes, [&](const minute_sales& s) { return s.schedule == which; });
  left_out_.push_back(which);
}

}  // namespace boxoffice
