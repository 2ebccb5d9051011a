#pragma once

#include "actors/concert/catalogue.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace boxoffice {

/// Knows which seats of a schedule are open, and picks the best of them.
///
/// Best is, in this order: next to each other in one row; leaving no single seat stranded beside
/// the block; as far in front as possible. In front is where the schedule lists it: its sections in
/// order, and the rows of each. Where no row has that many next to each other: the seats that are
/// spread over the fewest rows, then the fewest pieces, then the farthest in front.
///
/// Cost: one byte a seat, and a choice looks into rows that have enough open seats only.
class seat_choice {
 public:
  /// All seats are open.
  explicit seat_choice(const seat_map& seats);

  void open(seat_index seat);
  void close(seat_index seat);
  [[nodiscard]] bool is_open(seat_index seat) const { return open_[seat] != 0; }

  /// `count` seats in ascending order; empty when fewer are open, in `section` if one is named.
  [[nodiscard]] std::vector<seat_index> best(std::uint32_t count,
                                             std::optional<std::uint32_t> section) const;

 private:
  struct row {
    seat_index first;
    std::uint32_t length;
    std::uint32_t open;
  };
  struct block {
    seat_index first;
    enum class edge : std::uint8_t { clean, strands_one } beside;
  };

  [[nodiscard]] std::size_t row_of(seat_index seat) const;
  [[nodiscard]] std::optional<block> block_in(const row& in, std::uint32_t count) const;
  [[nodiscard]] std::vector<seat_index> spread(std::uint32_t count, std::size_t first_row,
                                               std::size_t end_row) const;

  struct part {
    seat_index first_seat;
    std::size_t first_row;
    std::uint32_t seats_per_row;
  };
  std::vector<part> parts_;  // one a section, and one past the end
  std::vector<row> rows_;
  std::vector<std::uint8_t> open_;
};

}  // namespace boxoffice
