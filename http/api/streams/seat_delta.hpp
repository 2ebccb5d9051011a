#pragma once

#include "actors/reservation/seat_snapshot.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace boxoffice::http {

/// Seats next to each other by index.
struct seat_run {
  std::uint32_t first{0}, count{0};
  bool operator==(const seat_run&) const = default;
};

/// What leads from one version of a seat map to a later one: which seats became what, each once, in
/// ascending order.
struct seat_delta {
  std::uint64_t from{0}, to{0};
  std::array<std::vector<seat_run>, 3> runs;  ///< by seat_status

  [[nodiscard]] const std::vector<seat_run>& became(seat_status what) const {
    return runs[static_cast<std::size_t>(what)];
  }
};

/// **Requires** maps of the same schedule.
seat_delta difference(const seat_snapshot& before, const seat_snapshot& after);

/// One delta for several, each of which begins where the one before it ends. A seat that came back
/// to what it was may stand in it.
seat_delta merge(std::span<const seat_delta* const> deltas, std::size_t seat_count);

void apply(const seat_delta& what, std::vector<seat_status>& to);

/// Two bits a seat, the low bits of a byte first, as base64url without padding.
std::string pack_states(const std::vector<seat_status>& seats);

/// `[first,count,…]`.
std::string render(const std::vector<seat_run>& runs);

}  // namespace boxoffice::http
