#include "config/ticket_limits.hpp"
#include "http/api/endpoints.hpp"
#include "http/api/render.hpp"
#include "http/server/json_reader.hpp"

#include <utility>

namespace boxoffice::http {
namespace {

using boost::asio::awaitable;

problem no_such_reservation() {
  return problem{problem_code::reservation_not_found, "There is no such reservation."};
}

std::vector<std::string> names_of(const reservation& of, const schedule& at) {
  std::vector<std::string> names;
  for (const auto& each : of.seats)
    names.push_back(at.seats.name_of(each.seat));
  return names;
}

awaitable<response> get_ticket(gateway& g, const ticket_keys& keys, request& from) {
  const auto id = parse_id<reservation_id>(from.arguments[0]);
  if (!id) co_return no_such_reservation();
  find_reservation question{0, from.user(), *id};
  const auto reply = co_await g.ask(from, g.services().reservation, question);
  if (!reply) co_return *problem_of(fault::unavailable);
  if (auto failed = problem_of(reply->fault)) co_return std::move(*failed);
  const auto at = g.snapshot()->find(id->schedule);
  if (reply->present == reservation_reply::presence::absent) co_return no_such_reservation();
  if (!at) co_return g.missing(from, no_such_reservation());
  const auto& found = reply->found;
  if (found.status != reservation_status::confirmed)
    co_return problem{problem_code::reservation_not_paid, "The reservation is not paid."}.with(
        "reservationStatus", to_text(found.status));
  if (!keys.can_sign())
    co_return problem{problem_code::unavailable,
                      "This server has no key to sign tickets with: its operator has to set one."};
  auto seats = names_of(found, *at);
  const auto count = static_cast<std::uint32_t>(seats.size());
  const auto text = keys.sign({found.id, found.user, seats, count});
  co_return response{status::ok, json_object{{"ticket", text},
                                             {"reservationId", to_text(found.id)},
                                             {"scheduleId", to_text(at->id)},
                                             {"userId", found.user.value},
                                             {"seats", std::move(seats)},
                                             {"startsAt", to_rfc3339(at->starts_at)},
                                             {"venue", at->venue}}};
}

/// What a door hears of a ticket.
struct door_answer {
  const char* reason{nullptr};  ///< null: it is valid
  std::optional<ticket> shown{};
  admission_reply known{};
};

json_object render(const door_answer& of) {
  json_object out{{"valid", of.reason == nullptr},
                  {"reason", nullptr},
                  {"reservationId", nullptr},
                  {"scheduleId", nullptr},
                  {"seats", of.known.seats},
                  {"admittedAt", nullptr},
                  {"admittedNow", of.known.was == admission_reply::turn::first}};
  if (of.reason != nullptr) out["reason"] = of.reason;
  if (of.shown) {
    out["reservationId"] = to_text(of.shown->reservation);
    out["scheduleId"] = to_text(of.shown->reservation.schedule);
    if (of.known.seats.empty()) out["seats"] = of.shown->seats;
  }
  if (of.known.admitted_at != no_time) out["admittedAt"] = to_rfc3339(of.known.admitted_at);
  return out;
}

const char* reason_of(admission_refusal what) {
  switch (what) {
    case admission_refusal::none:
      break;
    case admission_refusal::reservation_released:
      return "refunded";
    case admission_refusal::reservation_not_found:
    case admission_refusal::reservation_not_paid:
      return "unknown";
  }
  return nullptr;
}

awaitable<response> verify(gateway& g, const ticket_keys& keys, request& from) {
  json_reader body{from.json};
  const auto text = body.text("ticket", {1, limits::shown_ticket_chars_max});
  const bool admits = body.boolean("admit");
  std::optional<schedule_id> door;
  const bool at_a_door = body.has("scheduleId");
  if (at_a_door) door = parse_id<schedule_id>(body.id_text("scheduleId"));
  if (auto wrong = body.finish()) co_return std::move(*wrong);
  const problem no_such_schedule{problem_code::schedule_not_found, "There is no such schedule."};
  if (at_a_door && !door) co_return no_such_schedule;
  if (door && !g.snapshot()->find(*door)) co_return g.missing(from, no_such_schedule);
  if (!keys.can_check())
    co_return problem{problem_code::unavailable,
                      "This server has no key to check tickets with: its operator has to set one."};
  door_answer answer{.shown = keys.read(text)};
  if (!answer.shown) {
    answer.reason = "bad_signature";
    co_return response{status::ok, render(answer)};
  }
  const auto& shown = *answer.shown;
  const bool elsewhere = door && *door != shown.reservation.schedule;
  using mode = admit_ticket::mode;
  admit_ticket question{.reservation = shown.reservation,
                        .what = admits && !elsewhere ? mode::admit : mode::look};
  auto reply = co_await g.ask(from, g.services().reservation, question);
  if (!reply) co_return *problem_of(fault::unavailable);
  if (auto failed = problem_of(reply->fault)) co_return std::move(*failed);
  answer.reason = reason_of(reply->refusal);
  if (answer.reason == nullptr && elsewhere) answer.reason = "other_schedule";
  answer.known = std::move(*reply);
  co_return response{status::ok, render(answer)};
}

}  // namespace

void add_ticket_routes(router& routes, gateway& g, const ticket_keys& keys) {
  routes.add({.pattern = "/v1/reservations/{id}/ticket",
              .needs = access::user,
              .handle = [&g, &keys](request& r) { return get_ticket(g, keys, r); },
              .says = {.operation = "getTicket",
                       .group = "Reservations",
                       .summary = "Read the ticket of a paid reservation",
                       .remarks = "Its text goes into a QR code. It stays the same as long as the "
                                  "keys do.",
                       .answers = {{status::ok, "Ticket"}},
                       .problems = {problem_code::reservation_not_found,
                                    problem_code::reservation_not_paid}}});
  routes.add({.method = verb::post,
              .pattern = "/v1/admin/tickets/verify",
              .needs = access::operator_,
              .handle = [&g, &keys](request& r) { return verify(g, keys, r); },
              .body = body_rule::json,
              .says = {.operation = "verifyTicket",
                       .group = "Operators",
                       .summary = "Check a ticket at a door",
                       .remarks = "With `admit` the time of the first admission is kept; later "
                                  "ones leave it. A ticket that is not valid is never admitted.",
                       .body = "ShownTicket",
                       .answers = {{status::ok, "TicketVerdict"}},
                       .problems = {problem_code::schedule_not_found}}});
}

}  // namespace boxoffice::http
