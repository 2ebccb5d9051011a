#pragma once

#include "actors/concert/catalogue.hpp"
#include "actors/payment/payment.hpp"
#include "actors/point/account.hpp"
#include "actors/queue/waiting_room.hpp"
#include "actors/reservation/protocol.hpp"

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace boxoffice::http {

/// Members keep the order of the documentation.
using json_object = nlohmann::ordered_json;

json_object render(const concert& c);
/// `counts` as the schedule just gave them.
json_object render(const schedule& s, const seats_reply& counts);
/// `at` is the schedule of the reservation.
json_object render(const reservation& r, const schedule& at);
json_object render(const payment& p);
/// A payment as operators see it, with the state of its saga.
json_object render_saga(const payment& p);
json_object render(const saga_note& n);
json_object render(const ledger_entry& e);
json_object render(const queue_place& p);

std::string_view to_text(reservation_status s);
std::optional<reservation_status> parse_reservation_status(std::string_view text);
std::string_view to_text(seat_status s);
std::optional<seat_status> parse_seat_status(std::string_view text);
/// The status of a payment as users see it: several states of the saga are one to them.
std::string_view payment_status(saga_state s);
std::string_view to_text(saga_state s);
/// In any case of letters.
std::optional<saga_state> parse_saga_state(std::string_view text);
std::string_view to_text(event_kind k);

/// The seat map, only seats of `only_status` and of section `only_section` where given. Written in
/// one pass: a schedule has up to 100,000 seats.
std::string render_seats(const schedule& s, const seat_snapshot& seats,
                         std::optional<seat_status> only_status,
                         std::optional<std::uint32_t> only_section);

}  // namespace boxoffice::http
