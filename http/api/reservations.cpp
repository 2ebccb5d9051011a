#include "http/api/endpoints.hpp"
#include "http/api/paging.hpp"
#include "http/api/render.hpp"
#include "http/server/json_reader.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice::http {
namespace {

using boost::asio::awaitable;

problem no_such_reservation() {
  return problem{problem_code::reservation_not_found, "There is no such reservation."};
}

std::string join_names(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names)
    out.append(out.empty() ? "" : ", ").append(name);
  return out;
}

response hold_response(const hold_outcome& outcome, const catalogue& all) {
  switch (outcome.refusal) {
    case hold_refusal::none:
      break;
    case hold_refusal::schedule_not_found:
      return problem{problem_code::schedule_not_found, "There is no such schedule."};
    case hold_refusal::seat_not_found:
      return problem{problem_code::seat_not_found,
                     "There is no seat " + join_names(outcome.seats) + "."}
          .with("seats", outcome.seats);
    case hold_refusal::queue_token_required:
      return queue_problem(queue_check::token_missing, 0);
    case hold_refusal::queue_token_invalid:
      return queue_problem(queue_check::token_invalid, 0);
    case hold_refusal::queue_not_active:
      return queue_problem(queue_check::still_waiting, outcome.position);
    case hold_refusal::sales_not_open:
      return problem{problem_code::sales_not_open, "The sale has not opened yet."}.with(
          "opensAt", to_rfc3339(outcome.opens_at));
    case hold_refusal::sales_closed:
      return problem{problem_code::sales_closed, "The sale is over."};
    case hold_refusal::seat_limit_exceeded:
      return problem{problem_code::seat_limit_exceeded, "Too many seats for one user."}.with(
          "max", outcome.seats_max);
    case hold_refusal::seat_taken:
      return problem{problem_code::seat_taken,
                     outcome.seats.empty() ? "Too few seats are left."
                                           : join_names(outcome.seats) +
                                                 (outcome.seats.size() == 1 ? " is" : " are") +
                                                 " held or sold already."}
          .with("seats", outcome.seats);
  }
  const auto at = all.find(outcome.held.schedule());
  if (!at) return problem{problem_code::internal};
  return response{status::created, render(outcome.held, *at)}.with(
      "Location", "/v1/reservations/" + to_text(outcome.held.id));
}

// The wish of the body: named seats or the best ones.
void read_wish(json_reader& body, hold_seats& command) {
  const bool named = body.has("seats"), best = body.has("bestAvailable");
  if (named) {
    command.seats = body.texts("seats", {1, limits::schedule_seats_max}, {1, limits::id_chars_max});
    auto sorted = command.seats;
    std::ranges::sort(sorted);
    if (std::ranges::adjacent_find(sorted) != sorted.end())
      body.reject("seats", "names a seat twice");
  }
  if (best) {
    body.object("bestAvailable", [&](json_reader& part) {
      command.best_count = static_cast<std::uint32_t>(
          part.integer("count", {1, static_cast<std::int64_t>(limits::schedule_seats_max)}));
      command.best_section =
          part.optional_text("section", {1, limits::section_name_chars_max}).value_or("");
    });
  }
  if (named == best) body.reject("", "must have exactly one of seats and bestAvailable");
}

awaitable<response> hold(gateway& g, request& from) {
  json_reader body{from.json};
  hold_seats command;
  const auto text = body.id_text("scheduleId");
  read_wish(body, command);
  if (auto wrong = body.finish()) co_return std::move(*wrong);
  const auto all = g.snapshot();
  const auto id = parse_id<schedule_id>(text);
  const auto at = id ? all->find(*id) : nullptr;
  if (id && !at && !g.is_complete(from)) co_return *problem_of(fault::unavailable);
  const auto concert = at ? at->concert : concert_id{};
  const auto admitted = co_await g.admit(from, concert);
  if (!admitted.known) co_return *problem_of(fault::unavailable);
  command.key = from.key();
  command.user = from.user();
  command.schedule = at ? at->id : schedule_id{};
  command.admission = admitted.verdict;
  command.position = admitted.position;
  const auto reply = co_await g.ask(from, g.services().reservation, command);
  if (!reply) co_return still_running();
  if (auto no = problem_of(reply->fault, reply->key)) co_return std::move(*no);
  const auto& held = reply->outcome.held;
  if (reply->outcome.refusal == hold_refusal::none && admitted.token)
    g.keep_slot(from, admitted.token, held.expires_at);
  co_return marked(hold_response(reply->outcome, *g.snapshot()), reply->key);
}

awaitable<response> get_reservation(gateway& g, request& from) {
  const auto id = parse_id<reservation_id>(from.arguments[0]);
  if (!id) co_return no_such_reservation();
  find_reservation question{0, from.user(), *id};
  const auto reply = co_await g.ask(from, g.services().reservation, question);
  if (!reply) co_return *problem_of(fault::unavailable);
  if (auto failed = problem_of(reply->fault)) co_return std::move(*failed);
  const auto at = g.snapshot()->find(id->schedule);
  if (reply->present == reservation_reply::presence::absent) co_return no_such_reservation();
  if (!at) co_return g.missing(from, no_such_reservation());
  auto found = reply->found;
  found.extended_at = reply->extended_at;
  co_return response{status::ok, render(found, *at)};
}

awaitable<response> list(gateway& g, request& from) {
  const auto asked = read_page(from);
  if (const auto* wrong = std::get_if<problem>(&asked)) co_return *wrong;
  const auto& part = std::get<page>(asked);
  list_reservations command{
      .user = from.user(), .cursor = part.after, .limit = static_cast<std::uint32_t>(part.limit)};
  if (const auto text = from.query_value("status")) {
    const auto status = parse_reservation_status(*text);
    if (!status)
      co_return invalid_field("/query/status",
                              "must be HELD, CONFIRMED, EXPIRED, RELEASED or REFUNDED");
    command.any_status = false;
    command.status = *status;
  }
  const auto reply = co_await g.ask(from, g.services().reservation, command);
  if (!reply) co_return *problem_of(fault::unavailable);
  if (auto failed = problem_of(reply->fault)) co_return std::move(*failed);
  const auto all = g.snapshot();
  json_object items = json_object::array();
  for (std::size_t i = 0; i < reply->items.size(); ++i) {
    auto r = reply->items[i];
    if (i < reply->extended_at.size()) r.extended_at = reply->extended_at[i];
    if (const auto at = all->find(r.schedule())) items.push_back(render(r, *at));
  }
  co_return list_response(from, std::move(items),
                          reply->next ? std::optional{reply->next} : std::nullopt);
}

awaitable<response> release(gateway& g, request& from) {
  const auto id = parse_id<reservation_id>(from.arguments[0]);
  if (!id) co_return no_such_reservation();
  // A running payment keeps the seats. When one starts right after this, the release wins and the
  // payment's saga undoes itself.
  find_open_payment question{0, from.user(), *id};
  const auto running = co_await g.ask(from, g.services().payment, question);
  if (!running) co_return *problem_of(fault::unavailable);
  if (auto failed = problem_of(running->fault)) co_return std::move(*failed);
  if (running->found.id)
    co_return problem{problem_code::payment_in_progress, "The reservation is being paid."}.with(
        "paymentId", to_text(running->found.id));
  release_reservation command{0, from.user(), *id};
  const auto reply = co_await g.ask(from, g.services().reservation, command);
  if (!reply) co_return *problem_of(fault::unavailable);
  if (auto failed = problem_of(reply->fault)) co_return std::move(*failed);
  switch (reply->refusal) {
    case release_refusal::none:
      co_return response{status::no_content};
    case release_refusal::not_found:
      co_return no_such_reservation();
    case release_refusal::already_paid:
      co_return problem{problem_code::reservation_already_paid, "The reservation is paid."}.with(
          "paymentId", to_text(reply->payment));
  }
  co_return problem{problem_code::internal};
}

response extension_response(const extension_outcome& o, const catalogue& all) {
  const auto& held = o.held;
  switch (o.refusal) {
    case extension_refusal::none:
      break;
    case extension_refusal::reservation_not_found:
      return no_such_reservation();
    case extension_refusal::reservation_already_paid:
      return problem{problem_code::reservation_already_paid, "The reservation is paid."}.with(
          "paymentId", to_text(held.payment));
    case extension_refusal::reservation_released:
      return problem{problem_code::reservation_released, "The reservation was given back."};
    case extension_refusal::payment_in_progress:
      return problem{problem_code::payment_in_progress, "The reservation is being paid."}.with(
          "paymentId", to_text(o.other));
    case extension_refusal::reservation_expired:
      return problem{problem_code::reservation_expired, "The hold has expired."}.with(
          "expiredAt", to_rfc3339(held.expires_at));
    case extension_refusal::already_extended:
      return problem{problem_code::already_extended, "The hold was extended once already."};
    case extension_refusal::extension_not_offered:
      return problem{problem_code::extension_not_offered,
                     "Holds of this schedule are not extended."};
  }
  const auto at = all.find(held.schedule());
  if (!at) return problem{problem_code::internal};
  return response{status::ok, render(held, *at)};
}

awaitable<response> extend(gateway& g, request& from) {
  const auto id = parse_id<reservation_id>(from.arguments[0]);
  const auto at = id ? g.snapshot()->find(id->schedule) : nullptr;
  if (id && !at && !g.is_complete(from)) co_return *problem_of(fault::unavailable);
  extend_hold command{
      .key = from.key(), .user = from.user(), .reservation = at ? *id : reservation_id{}};
  if (at) {
    // As with a release: when a payment starts right after this, both are done.
    find_open_payment question{0, from.user(), *id};
    const auto running = co_await g.ask(from, g.services().payment, question);
    if (!running) co_return *problem_of(fault::unavailable);
    if (auto failed = problem_of(running->fault)) co_return std::move(*failed);
    command.paying = running->found.id;
  }
  auto reply = co_await g.ask(from, g.services().reservation, command);
  if (!reply) co_return still_running();
  if (auto no = problem_of(reply->fault, reply->key)) co_return std::move(*no);
  auto& held = reply->outcome.held;
  held.extended_at = reply->extended_at;
  if (reply->outcome.refusal == extension_refusal::none)
    g.keep_slot(from, queue_token{held.concert, 0}, held.expires_at);
  co_return marked(extension_response(reply->outcome, *g.snapshot()), reply->key);
}

}  // namespace

void add_reservation_routes(router& routes, gateway& g) {
  routes.add(
      {.method = verb::post,
       .pattern = "/v1/reservations",
       .needs = access::user,
       .handle = [&g](request& r) { return hold(g, r); },
       .body = body_rule::json,
       .key = key_rule::required,
       .queue = queue_token_rule::taken,
       .says = {.operation = "holdSeats",
                .group = "Reservations",
                .summary = "Hold seats",
                .remarks = "All of the seats, or none. They are held until `expiresAt`.",
                .body = "NewReservation",
                .answers = {{status::created, "Reservation", {"Location"}}},
                .problems = {problem_code::queue_token_required, problem_code::queue_token_invalid,
                             problem_code::queue_not_active, problem_code::schedule_not_found,
                             problem_code::seat_not_found, problem_code::seat_taken,
                             problem_code::sales_not_open, problem_code::sales_closed,
                             problem_code::seat_limit_exceeded}}});
  routes.add({.pattern = "/v1/reservations",
              .needs = access::user,
              .handle = [&g](request& r) { return list(g, r); },
              .query = {"limit", "cursor", "status"},
              .says = {.operation = "listReservations",
                       .group = "Reservations",
                       .summary = "List the reservations of the user",
                       .query = {"limit", "cursor", "reservationStatus"},
                       .answers = {{status::ok, "ReservationList"}}}});
  routes.add({.pattern = "/v1/reservations/{id}",
              .needs = access::user,
              .handle = [&g](request& r) { return get_reservation(g, r); },
              .says = {.operation = "getReservation",
                       .group = "Reservations",
                       .summary = "Read a reservation",
                       .answers = {{status::ok, "Reservation"}},
                       .problems = {problem_code::reservation_not_found}}});
  routes.add({.method = verb::delete_,
              .pattern = "/v1/reservations/{id}",
              .needs = access::user,
              .handle = [&g](request& r) { return release(g, r); },
              .says = {.operation = "releaseReservation",
                       .group = "Reservations",
                       .summary = "Give held seats back",
                       .remarks = "Also of one that is over, and as often as one likes.",
                       .answers = {{status::no_content}},
                       .problems = {problem_code::reservation_not_found,
                                    problem_code::reservation_already_paid,
                                    problem_code::payment_in_progress}}});
  routes.add(
      {.method = verb::post,
       .pattern = "/v1/reservations/{id}/extension",
       .needs = access::user,
       .handle = [&g](request& r) { return extend(g, r); },
       .key = key_rule::required,
       .says = {
           .operation = "extendReservation",
           .group = "Reservations",
           .summary = "Ask for more time to pay",
           .remarks = "Once, where the reservation has `extensionSeconds`. The time is added "
                      "to what is left, so that asking early loses nothing.",
           .answers = {{status::ok, "Reservation"}},
           .problems = {problem_code::reservation_not_found, problem_code::reservation_already_paid,
                        problem_code::reservation_released, problem_code::payment_in_progress,
                        problem_code::reservation_expired, problem_code::already_extended,
                        problem_code::extension_not_offered}}});
}

}  // namespace boxoffice::http
