#pragma once

#include "actors/concert/catalogue.hpp"
#include "actors/reservation/reservation.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace boxoffice {

/// What the waiting room said about the caller's queue token. The gateway asks before it knows
/// whether the request is a replay; the service applies it where the order of decisions has it.
enum class queue_check : std::uint8_t {
  admitted,
  token_missing,
  token_invalid,
  still_waiting,
  lapsed,  ///< the caller's own token is over
};

/// What a user wants, in the words of the request.
struct requested_hold {
  std::vector<std::string> seats;
  std::uint32_t best_count{0};  ///< with no seats named
  std::string best_section;     ///< empty: any
  queue_check admission{queue_check::admitted};
  std::uint32_t position{0};
};

/// A request that passed everything that can be said without knowing who has which seat.
struct validated_hold {
  std::vector<seat_index> seats;  ///< ascending, no repeats
  std::uint32_t best_count{0};
  std::optional<std::uint32_t> best_section;
};

/// Judges `asked` as far as master data goes. `in` null: there is no such schedule.
/// **Rejects** in the order of `hold_refusal`, from schedule_not_found to sales_closed.
std::variant<validated_hold, hold_outcome> validate_hold(const schedule* in,
                                                         const requested_hold& asked,
                                                         time_point now);

/// Whether the answer is remembered for the key of its request. **Why** not the queue's refusals:
/// the same request may succeed as soon as the caller is let in.
bool is_remembered(hold_refusal refusal);

}  // namespace boxoffice
