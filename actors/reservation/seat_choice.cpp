#include "actors/reservation/seat_choice.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace boxoffice {

seat_choice::seat_choice(const seat_map& seats) : open_(seats.seat_count(), 1) {
  seat_index first = 0;
  for (const auto& s : seats.sections()) {
    parts_.push_back({first, rows_.size(), s.seats_per_row});
    for (std::uint32_t r = 0; r < s.rows; ++r, first += s.seats_per_row)
      rows_.push_back({first, s.seats_per_row, s.seats_per_row});
  }
  parts_.push_back({first, rows_.size(), 1});
}

std::size_t seat_choice::row_of(seat_index seat) const {
  const auto after = std::ranges::upper_bound(parts_, seat, {}, &part::first_seat);
  const auto& in = *(after - 1);
  return in.first_row + (seat - in.first_seat) / in.seats_per_row;
}

void seat_choice::open(seat_index seat) {
  if (is_open(seat)) return;
  open_[seat] = 1;
  ++rows_[row_of(seat)].open;
}

void seat_choice::close(seat_index seat) {
  if (!is_open(seat)) return;
  open_[seat] = 0;
  --rows_[row_of(seat)].open;
}

std::vector<seat_index> seat_choice::best(std::uint32_t count,
                                          std::optional<std::uint32_t> section) const {
  if (count == 0) return {};
  const auto first_row = section ? parts_[*section].first_row : 0;
  const auto end_row = section ? parts_[*section + 1].first_row : rows_.size();

  std::optional<seat_index> chosen;
  for (auto r = first_row; r < end_row; ++r) {
    if (rows_[r].open < count) continue;
    const auto found = block_in(rows_[r], count);
    if (!found) continue;
    const bool clean = found->beside == block::edge::clean;
    if (clean || !chosen) chosen = found->first;
    if (clean) break;
  }
  if (!chosen) return spread(count, first_row, end_row);
  std::vector<seat_index> seats(count);
  std::iota(seats.begin(), seats.end(), *chosen);
  return seats;
}

// A run of open seats strands one exactly when it is longer than the block by one; otherwise the
// block at its start leaves nothing, or two and more.
std::optional<seat_choice::block> seat_choice::block_in(const row& in, std::uint32_t count) const {
  std::optional<block> stranding;
  const auto end = in.first + in.length;
  for (auto seat = in.first; seat < end;) {
    const auto start = seat;
    while (seat < end && is_open(seat))
      ++seat;
    const auto run = seat - start;
    if (run >= count && run != count + 1) return block{start, block::edge::clean};
    if (run == count + 1 && !stranding) stranding = block{start, block::edge::strands_one};
    if (run == 0) ++seat;
  }
  return stranding;
}

std::vector<seat_index> seat_choice::spread(std::uint32_t count, std::size_t first_row,
                                            std::size_t end_row) const {
  struct place {
    seat_index seat;
    std::size_t row;
    std::uint32_t piece;  // open seats next to each other have the same
  };
  std::vector<place> places;
  std::uint32_t piece = 0;
  for (auto r = first_row; r < end_row; ++r) {
    if (rows_[r].open == 0) continue;
    for (auto seat = rows_[r].first; seat < rows_[r].first + rows_[r].length; ++seat) {
      if (!is_open(seat)) continue;
      const bool adjoins =
          !places.empty() && places.back().row == r && places.back().seat + 1 == seat;
      if (!adjoins) ++piece;
      places.push_back({seat, r, piece});
    }
  }
  if (places.size() < count) return {};

  const auto cost = [&](std::size_t at) {
    const auto& front = places[at];
    const auto& back = places[at + count - 1];
    return std::tuple{back.row - front.row, back.piece - front.piece};
  };
  std::size_t chosen = 0;
  for (std::size_t at = 1; at + count <= places.size(); ++at)
    if (cost(at) < cost(chosen)) chosen = at;
  std::vector<seat_index> seats;
  for (auto i = chosen; i < chosen + count; ++i)
    seats.push_back(places[i].seat);
  return seats;
}

}  // namespace boxoffice
