#pragma once

#include "actors/payment/payment.hpp"
#include "actors/point/account.hpp"
#include "actors/reservation/reservation.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace boxoffice::encoding {

/// The answers that idempotency stores keep, and the seats of a reservation, as compact bytes; the
/// same in every store. The first byte of an answer is the version of its layout: whoever adds a
/// field raises it and goes on reading the older ones.
///
/// **Ensures** decode(encode(x)) == x, field by field, but for `parked_from` and `released_at` of a
/// payment, which are in no answer. Decoding throws decode_error on anything else.
std::string encode(const hold_outcome& answer);
std::string encode(const extension_outcome& answer);
std::string encode(const reservation_answer& answer);
std::string encode(const point_outcome& answer);
std::string encode(const payment_outcome& answer);
hold_outcome decode_hold_outcome(std::string_view stored);
reservation_answer decode_reservation_answer(std::string_view stored);
point_outcome decode_point_outcome(std::string_view stored);
payment_outcome decode_payment_outcome(std::string_view stored);

std::string encode(const std::vector<reserved_seat>& seats);
std::vector<reserved_seat> decode_seats(std::string_view stored);

}  // namespace boxoffice::encoding
