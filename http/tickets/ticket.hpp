#pragma once

#include "actors/core/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice::http {

/// What a ticket says: a paid reservation, its user and its seats.
struct ticket {
  reservation_id reservation;
  user_id user;
  std::vector<std::string> seats;  ///< `A-1`, in the order of the schedule; empty: only their count
  std::uint32_t seat_count{0};

  bool operator==(const ticket&) const = default;
};

/// The values as bytes. The seats are listed as runs, or counted when that takes more
/// than `bytes_max`. **Requires** an id, seats as a seat map names them, and their count.
std::string to_bytes(const ticket& of, std::size_t bytes_max);

/// Empty for bytes that are not the one spelling of a ticket.
std::optional<ticket> ticket_in(std::string_view bytes);

}  // namespace boxoffice::http
