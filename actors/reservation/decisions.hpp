#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/time.hpp"
#include "actors/reservation/reservation.hpp"

#include <cstdint>

namespace boxoffice {

/// What a command does to a reservation that is there.
struct reservation_change {
  enum class effect : std::uint8_t {
    none,          ///< what stands is the answer
    row_only,      ///< `next` is to be written; no seat moves
    sell_seats,    ///< and its seats become sold
    free_seats,    ///< and its seats become available
    extend_seats,  ///< and its seats are held until the later deadline
  } what{effect::none};
  reservation next;  ///< the row from now on, unless none
};

struct confirm_decision {
  confirm_refusal refusal{confirm_refusal::none};
  reservation_change change;
};

struct release_decision {
  release_refusal refusal{release_refusal::none};
  reservation_change change;
};

// `row` is the reservation as stored: a hold whose deadline has come may still say held. Whatever
// is written then says expired.

/// `payment` wants to confirm. **Rejects** in the order of `confirm_refusal`. A refusal for the
/// deadline is written down, so that no clock can take it back.
confirm_decision decide_confirm(const reservation& row, payment_id payment, time_point now);

/// `user` gives the reservation back. **Rejects** not_found (somebody else's), already_paid.
release_decision decide_release(const reservation& row, const user_id& user, time_point now);

/// `payment` is undone: a reservation it confirmed becomes `undone` (released or refunded), any
/// other one keeps a tombstone.
reservation_change decide_revert(const reservation& row, payment_id payment,
                                 reservation_status undone, time_point now);

struct extension_decision {
  extension_refusal refusal{extension_refusal::none};
  reservation_change change;
};

/// Who asks for more time, and what is known beside the row.
struct extension_request {
  user_id user;
  payment_id paying;  ///< an open payment of it, if there is one
  seconds offered;    ///< by its schedule; 0: none
};

/// The hold gets the time that is offered, counted from its deadline. **Rejects** in the order of
/// `extension_refusal`. A refusal for the deadline is written down, as with a payment.
extension_decision decide_extension(const reservation& row, const extension_request& asked,
                                    time_point now);

/// Whether the answer is remembered for the key of its request.
bool is_remembered(extension_refusal refusal);

struct admission_decision {
  admission_refusal refusal{admission_refusal::none};
  reservation_change change;
};

/// A ticket of the reservation is shown at a door: the first admission is written, and stays.
/// **Rejects** in the order of `admission_refusal`.
admission_decision decide_admission(const reservation& row, time_point now);

/// Whether `row` remembers that `payment` may never confirm it. One tombstone covers all older
/// payments of its shard: the payment service of a shard makes payments in order and one at a time.
bool is_reverted(const reservation& row, payment_id payment);

}  // namespace boxoffice
