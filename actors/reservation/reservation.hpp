#pragma once

#include "actors/concert/catalogue.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/money.hpp"
#include "actors/core/planted_bugs.hpp"
#include "actors/core/time.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace boxoffice {

enum class reservation_status : std::uint8_t { held, confirmed, expired, released, refunded };

struct reserved_seat {
  seat_index seat{0};
  points price;  ///< fixed at hold time

  auto operator<=>(const reserved_seat&) const = default;
};

/// A basket of seats of one user in one schedule. Seats are in ascending order.
struct reservation {
  reservation_id id;
  concert_id concert;
  user_id user;
  std::vector<reserved_seat> seats;
  points amount;
  reservation_status status{reservation_status::held};
  time_point held_at{}, expires_at{};
  payment_id payment;   ///< who confirmed it, if anybody
  payment_id reverted;  ///< the youngest payment that was undone: it can never confirm (tombstone)
  time_point admitted_at{no_time};  ///< when its ticket was first admitted
  time_point extended_at{no_time};  ///< when its deadline was moved; that is done once

  [[nodiscard]] schedule_id schedule() const { return id.schedule; }
  /// The status as it is at `now`: the deadline decides, not the sweeper (docs/PROMISES.md, G3).
  [[nodiscard]] reservation_status status_at(time_point now) const {
    const auto over = now >= expires_at && !is_planted(planted_bug::sweeper_decides);
    return status == reservation_status::held && over ? reservation_status::expired : status;
  }
};

/// Why a hold is refused, in order of precedence.
enum class hold_refusal : std::uint8_t {
  none,
  schedule_not_found,
  seat_not_found,
  queue_token_required,
  queue_token_invalid,
  queue_not_active,
  sales_not_open,
  sales_closed,
  seat_limit_exceeded,
  seat_taken,
};

/// The whole answer to a hold; what the idempotency store keeps.
struct hold_outcome {
  hold_refusal refusal{hold_refusal::none};
  reservation held;                ///< when none
  std::vector<std::string> seats;  ///< seat_not_found, seat_taken: which
  std::uint32_t seats_max{0};      ///< seat_limit_exceeded
  std::uint32_t position{0};       ///< queue_not_active
  time_point opens_at{};           ///< sales_not_open
};

/// Why a user cannot give a reservation back.
enum class release_refusal : std::uint8_t { none, not_found, already_paid };

/// Why a hold is not extended, in order of precedence.
enum class extension_refusal : std::uint8_t {
  none,
  reservation_not_found,
  reservation_already_paid,
  reservation_released,  ///< also refunded
  payment_in_progress,
  reservation_expired,
  already_extended,
  extension_not_offered,  ///< by its schedule
};

/// The whole answer to an extension; what the idempotency store keeps.
struct extension_outcome {
  extension_refusal refusal{extension_refusal::none};
  reservation held;  ///< as it is now, unless not found
  payment_id other;  ///< payment_in_progress: which
};

/// What is remembered for the key of a request.
using reservation_answer = std::variant<hold_outcome, extension_outcome>;

/// Why a ticket lets nobody in.
enum class admission_refusal : std::uint8_t {
  none,
  reservation_not_found,
  reservation_released,  ///< also refunded
  reservation_not_paid,  ///< as far as this store goes
};

/// Why a payment cannot confirm.
enum class confirm_refusal : std::uint8_t {
  none,
  reservation_not_found,
  reservation_expired,
  reservation_released,  ///< also refunded
  already_confirmed,     ///< by another payment
  reverted_before,       ///< this payment was undone already
};

}  // namespace boxoffice
