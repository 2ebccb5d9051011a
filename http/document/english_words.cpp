#include "http/document/problem_words.hpp"

#include <array>

namespace boxoffice::http {
namespace {

constexpr std::array english_table{
    problem_words{problem_code::malformed_request, "The request is not well-formed HTTP",
                  "The request is not HTTP/1.1 as RFC 9112 has it: its request line, a header, "
                  "its target or its lengths. The connection is closed.",
                  "Look at what the client sends; a proxy in between may have changed it."},
    problem_words{problem_code::malformed_json, "The body is not well-formed JSON",
                  "The body is not JSON, is not UTF-8, or has a member name twice.",
                  "Correct the body; `detail` says where it breaks."},
    problem_words{problem_code::invalid_field, "A value is missing or not acceptable",
                  "A value is missing, or is not one that is taken here. `errors` names all of "
                  "them.",
                  "Correct what `errors` points at, and send the request again."},
    problem_words{problem_code::unknown_field, "The body has a member that is not known",
                  "The body has a member that is not known here. Nothing was done, so that a "
                  "typing error never passes unseen.",
                  "Look for a typing error in the names that `errors` points at."},
    problem_words{problem_code::idempotency_key_required, "The header Idempotency-Key is required",
                  "The route needs the header `Idempotency-Key`, by which a repeated request is "
                  "recognised.",
                  "Choose a new key for each thing that you want done, and repeat it when you "
                  "ask again."},
    problem_words{problem_code::unauthenticated, "A valid bearer token is required",
                  "There is no bearer token, or it is malformed, badly signed or expired.",
                  "Get a new token and send it as `Authorization: Bearer`."},
    problem_words{problem_code::insufficient_points, "The balance is too low",
                  "The balance is lower than the amount. Nothing was taken, and the seats stay "
                  "held until their deadline.",
                  "Charge points, then pay with a new `Idempotency-Key`."},
    problem_words{problem_code::forbidden, "The role of the token does not suffice",
                  "The token is valid, but its role may not do this.",
                  "Use the token of an operator or an administrator."},
    problem_words{problem_code::queue_token_required, "The header Queue-Token is required",
                  "Seats of this concert are held and paid with a queue token, and the header "
                  "`Queue-Token` is missing.",
                  "Take a place in line, wait until it is ACTIVE, and send its token."},
    problem_words{problem_code::queue_token_invalid, "The queue token is not valid here",
                  "The queue token is unknown, of somebody else, of another concert, or over.",
                  "Take a new place in line."},
    problem_words{problem_code::queue_not_active, "The queue token still waits",
                  "The queue token still waits in line; `position` says where.",
                  "Ask for the token again after `Retry-After`, until it is ACTIVE."},
    problem_words{problem_code::not_found, "There is nothing here",
                  "There is nothing at this address, or no such queue token of yours.",
                  "Check the address and who you are."},
    problem_words{problem_code::concert_not_found, "There is no such concert",
                  "There is no concert with this id.", "List the concerts."},
    problem_words{problem_code::schedule_not_found, "There is no such schedule",
                  "There is no schedule with this id.", "List the schedules of the concert."},
    problem_words{problem_code::seat_not_found, "There is no such seat",
                  "The schedule has no seat of this name, or no section of this name. `seats` "
                  "says which.",
                  "Read the seats of the schedule."},
    problem_words{problem_code::reservation_not_found, "There is no such reservation",
                  "There is no reservation with this id, or it is of somebody else.",
                  "List your reservations."},
    problem_words{problem_code::payment_not_found, "There is no such payment",
                  "There is no payment with this id, or it is of somebody else.",
                  "Look at the reservation: it names its payment."},
    problem_words{problem_code::event_not_found, "There is no such event",
                  "There is no event with this id in the outbox.",
                  "List the events that are parked."},
    problem_words{problem_code::parked_not_found, "Nothing with this id is parked",
                  "Nothing with this id is parked.",
                  "List what is parked; it may have gone on already."},
    problem_words{problem_code::method_not_allowed, "The method is not allowed here",
                  "The address is there, but not with this method. `Allow` names those that are.",
                  "Use a method that `Allow` names."},
    problem_words{problem_code::not_acceptable, "The answer has no form that the client takes",
                  "The answer comes plain or as gzip, and `Accept-Encoding` excludes both.",
                  "Take one of them."},
    problem_words{problem_code::seat_taken, "Seat is taken",
                  "A seat is held or sold already, or too few are left. None of the seats was "
                  "held.",
                  "Choose others: `seats` names those that are gone. A hold that lapses makes "
                  "its seats free again."},
    problem_words{problem_code::sales_not_open, "The sale has not opened yet",
                  "The sale of this schedule has not opened yet.", "Ask again at `opensAt`."},
    problem_words{problem_code::sales_closed, "The sale is over",
                  "The sale of this schedule is over. What is held can still be paid.",
                  "Choose another schedule."},
    problem_words{problem_code::reservation_already_paid, "The reservation is already paid",
                  "The reservation is paid; `paymentId` is its payment.",
                  "Nothing has to be done. To give the seats back, refund the payment."},
    problem_words{problem_code::reservation_released, "The reservation was given back",
                  "The seats were given back, or refunded.", "Hold seats again."},
    problem_words{
        problem_code::reservation_not_paid, "The reservation is not paid",
        "Only a paid reservation has a ticket; `reservationStatus` says what this one is.",
        "Pay it while it is held."},
    problem_words{problem_code::payment_in_progress, "A payment of the reservation is running",
                  "A payment or a refund of this reservation is running; `paymentId` is which.",
                  "Ask for the payment after `Retry-After`; it always ends."},
    problem_words{problem_code::payment_not_refundable, "The payment cannot be refunded",
                  "Only a completed payment can be refunded, and only before the performance "
                  "begins.",
                  "Look at the status of the payment."},
    problem_words{problem_code::already_extended, "The hold was extended before",
                  "A hold is extended once, and this one was: `expiresAt` of the reservation is "
                  "its end.",
                  "Pay until then."},
    problem_words{problem_code::extension_not_offered, "Holds of this schedule are not extended",
                  "The schedule gives a hold no more time than it has.",
                  "Pay until `expiresAt` of the reservation."},
    problem_words{problem_code::saga_not_parked, "Only a parked saga can be resumed or aborted",
                  "Only a payment that is parked can be resumed or aborted; `state` says where "
                  "it stands.",
                  "Wait: a saga that is not parked goes on by itself."},
    problem_words{problem_code::event_not_parked, "Only a parked event can be replayed",
                  "No consumer has the event parked.", "List the events that are parked."},
    problem_words{problem_code::still_refused, "The store still refuses it",
                  "The store refuses the change as before; `reason` says why.",
                  "Mend what the reason names, then try again, or abandon it."},
    problem_words{problem_code::idempotency_in_flight,
                  "The first request with this key is still running",
                  "The first request with this key has not ended, or nobody knows yet how it "
                  "ended.",
                  "Send the same request with the same key after `Retry-After`: it gets the "
                  "answer of the first."},
    problem_words{problem_code::reservation_expired, "The hold has expired",
                  "The hold ended at `expiredAt`, and its seats are free.", "Hold seats again."},
    problem_words{problem_code::payload_too_large, "The body is too large",
                  "The body is larger than the route takes: 64 KiB, 4 MiB for a schedule.",
                  "Send less."},
    problem_words{problem_code::unsupported_media_type, "The body must be application/json",
                  "A body has to be `application/json` in UTF-8, and not encoded.",
                  "Set `Content-Type: application/json`, and leave `Content-Encoding` out."},
    problem_words{problem_code::headers_too_large, "The header is too large",
                  "The header has more than 16 KiB or more than 100 fields.",
                  "Send fewer or shorter headers."},
    problem_words{problem_code::seat_limit_exceeded, "Too many seats for one user",
                  "With these seats the user would have more than the schedule allows, held and "
                  "paid together; `max` is the most.",
                  "Hold fewer seats, or give some back."},
    problem_words{problem_code::amount_out_of_range, "The amount is out of range",
                  "A charge is at least `min` and at most `max` points.", "Charge another amount."},
    problem_words{problem_code::balance_limit_exceeded, "The balance would grow too large",
                  "The balance would grow above what an account may hold.", "Charge less."},
    problem_words{problem_code::idempotency_key_reused, "The key was used with another body",
                  "The key named another request before: the same key came with another body.",
                  "Choose a new key for a new request."},
    problem_words{problem_code::rate_limited, "Too many requests",
                  "More requests came than are taken in a second from one user or one address.",
                  "Ask again after `Retry-After`, and less often."},
    problem_words{problem_code::internal, "Something went wrong on our side",
                  "A bug on our side, or a change that the store refuses for what is in it. "
                  "Nothing was done.",
                  "Tell whoever runs this server the `requestId`."},
    problem_words{problem_code::overloaded, "Too much is going on right now",
                  "Too many requests are being handled. This one was surely not done.",
                  "Send it again after `Retry-After`, with the same key."},
    problem_words{problem_code::unavailable, "A part of the service is not available",
                  "A part of the service cannot answer now. This request was surely not done.",
                  "Send it again after `Retry-After`, with the same key."},
    problem_words{
        problem_code::http_version_not_supported, "Only HTTP/1.1 and HTTP/1.0 are spoken here",
        "Only HTTP/1.1 and HTTP/1.0 are spoken here. The connection is closed.", "Use HTTP/1.1."},
};
static_assert(has_every_problem(english_table));

}  // namespace

const problem_words& english_words(problem_code code) {
  return english_table[static_cast<std::size_t>(code)];
}

const problem_words& words_of(problem_code code, language in) {
  switch (in) {
    case language::english:
      return english_words(code);
    case language::korean:
      return korean_words(code);
  }
  return english_words(code);
}

}  // namespace boxoffice::http
