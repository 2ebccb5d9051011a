#pragma once

#include "actors/caf/actor.hpp"
#include "actors/caf/message.hpp"
#include "actors/core/call_context.hpp"
#include "actors/core/fault.hpp"
#include "actors/core/idempotency.hpp"
#include "actors/durable/figures.hpp"
#include "actors/durable/parked.hpp"
#include "actors/reservation/hold_validation.hpp"
#include "actors/reservation/reservation.hpp"
#include "actors/reservation/seat_snapshot.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace boxoffice {

/// Holds seats: all or none. Either `seats` or `best_count` says which.
/// **Rejects** in the order of `hold_refusal`.
struct hold_seats {
  using reply = struct hold_reply;
  std::uint64_t correlation{0};
  request_key key;
  user_id user;
  schedule_id schedule;  ///< none: the text named no schedule
  queue_check admission{queue_check::admitted};
  std::uint32_t position{0};  ///< with still_waiting
  std::vector<std::string> seats;
  std::uint32_t best_count{0};
  std::string best_section;  ///< empty: any
  call_context call{};
};

struct hold_reply {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  key_verdict key{key_verdict::fresh};
  hold_outcome outcome;  ///< valid when fault is none and key is fresh or replayed
};

/// Gives the seats back before payment. Idempotent.
struct release_reservation {
  using reply = struct release_reply;
  std::uint64_t correlation{0};
  user_id user;
  reservation_id reservation;
  call_context call{};
};

struct release_reply {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  release_refusal refusal{release_refusal::none};
  payment_id payment;  ///< already_paid
};

/// Reads one reservation. `user` empty: whoever owns it (the payment service asks so).
struct find_reservation {
  using reply = struct reservation_reply;
  std::uint64_t correlation{0};
  user_id user;
  reservation_id reservation;
  call_context call{};
};

/// The reservation with its status at the time of the answer. Not found, or somebody else's: none.
struct reservation_reply {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  enum class presence : std::uint8_t { absent, found } present{presence::absent};
  reservation found;
  time_point starts_at{};           ///< of the performance: refunds end there
  std::string seat_names{};         ///< `A-1,A-2`, for who does not know the catalogue
  time_point extended_at{no_time};  ///< that of `found`, beside it: links do not carry it there
};

struct list_reservations {
  using reply = struct reservations_reply;
  std::uint64_t correlation{0};
  user_id user;
  bool any_status{true};
  reservation_status status{reservation_status::held};
  std::uint64_t cursor{0};
  std::uint32_t limit{50};
  call_context call{};
};

struct reservations_reply {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  std::vector<reservation> items;
  std::uint64_t next{0};
  std::vector<time_point> extended_at{};  ///< of each of the items, as in reservation_reply
};

/// Gives a hold more time, once, where its schedule offers it: the new deadline is the old one and
/// what the schedule says. **Rejects** in the order of `extension_refusal`.
struct extend_hold {
  using reply = struct extension_reply;
  std::uint64_t correlation{0};
  request_key key;
  user_id user;
  reservation_id reservation;  ///< none: the text named no reservation
  /// An open payment of it, as the gateway saw it before it knew whether this is a replay.
  payment_id paying{};
  call_context call{};
};

struct extension_reply {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  key_verdict key{key_verdict::fresh};
  extension_outcome outcome;        ///< valid when fault is none and key is fresh or replayed
  time_point extended_at{no_time};  ///< that of the reservation, as in reservation_reply
};

/// Asks for the seats, or (counts_only) just for the counters, which needs no copy. With `wait`,
/// the answer comes once the version is another than `since`, or after that time.
struct read_seats {
  using reply = struct seats_reply;
  std::uint64_t correlation{0};
  schedule_id schedule;
  enum class detail : std::uint8_t { counts, seats } what{detail::seats};
  call_context call{};
  std::uint64_t since{0};
  milliseconds wait{0};
};

struct seats_reply {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  std::uint64_t version{0};
  std::uint32_t available{0};
  std::uint32_t sold{0};
  std::shared_ptr<const seat_snapshot> seats;  ///< null for counts, and for an unknown schedule
  std::uint64_t epoch{0};                      ///< under which the schedule's store is owned
  std::uint32_t baskets_sold{0};               ///< reservations that the sold seats are of
};

// From the payment saga. Each may be sent any number of times (docs/PROMISES.md, G11).

/// Turns the hold into a sale. **Rejects** in the order of `confirm_refusal`.
struct confirm_reservation {
  using reply = struct confirm_reply;
  std::uint64_t correlation{0};
  payment_id payment;
  reservation_id reservation;
  call_context call{};
};

struct confirm_reply {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  payment_id payment;
  confirm_refusal refusal{confirm_refusal::none};
  bool holds_else{false};  ///< the user still has live holds in the same concert
};

/// Undoes what `payment` did to the reservation, and remembers that it may never do it again. When
/// the payment never confirmed it, only the tombstone is written and the hold stands.
struct revert_reservation {
  using reply = struct revert_reply;
  std::uint64_t correlation{0};
  payment_id payment;
  reservation_id reservation;
  enum class reason : std::uint8_t { compensation, refund } why{reason::compensation};
  call_context call{};
};

/// Always succeeds in the end; `fault` says "ask again".
struct revert_reply {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  payment_id payment;
};

/// Somebody stands at a door with the ticket of a reservation. `look` changes nothing; `admit`
/// keeps the time of the first admission, and a later one leaves it. **Rejects** in the order of
/// `admission_refusal`.
struct admit_ticket {
  using reply = struct admission_reply;
  std::uint64_t correlation{0};
  reservation_id reservation;
  enum class mode : std::uint8_t { look, admit } what{mode::look};
  call_context call{};
};

struct admission_reply {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  reservation_id reservation;
  admission_refusal refusal{admission_refusal::none};
  std::vector<std::string> seats{};                                       ///< unless not found
  time_point admitted_at{no_time};                                        ///< the first admission
  enum class turn : std::uint8_t { none, first, later } was{turn::none};  ///< this admission
};

/// An operator wants the end of a hold, which the store refuses, written after all: its seats are
/// free then. There is nothing else to give up.
struct move_parked_reservation {
  using reply = struct parked_reply;
  std::uint64_t correlation{0};
  reservation_id reservation;
  call_context call{};
};

/// Front of the reservation service: keys, routing to the actors of schedules, reads.
using reservation_service_actor =
    accepts<hold_seats, release_reservation, find_reservation, list_reservations, read_seats,
            confirm_reservation, revert_reservation, list_parked, move_parked_reservation,
            read_figures, admit_ticket, extend_hold>;

}  // namespace boxoffice

// The snapshot is shared, not copied, within one process.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::seats_reply)
