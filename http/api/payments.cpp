#include "http/api/endpoints.hpp"
#include "http/api/render.hpp"
#include "http/server/json_reader.hpp"

#include <utility>

namespace boxoffice::http {
namespace {

using boost::asio::awaitable;

problem no_such_payment() {
  return problem{problem_code::payment_not_found, "There is no such payment."};
}

std::string location(const payment& p) { return "/v1/payments/" + to_text(p.id); }

problem refusal_problem(const payment_outcome& o) {
  switch (o.refusal) {
    case payment_refusal::none:
      break;
    case payment_refusal::payment_not_found:
      return no_such_payment();
    case payment_refusal::reservation_not_found:
      return problem{problem_code::reservation_not_found, "There is no such reservation."};
    case payment_refusal::reservation_already_paid:
      return problem{problem_code::reservation_already_paid, "The reservation is paid."}.with(
          "paymentId", to_text(o.other));
    case payment_refusal::reservation_released:
      return problem{problem_code::reservation_released, "The reservation was given back."};
    case payment_refusal::payment_in_progress:
      return problem{problem_code::payment_in_progress, "Another payment of it is running."}.with(
          "paymentId", to_text(o.other));
    case payment_refusal::reservation_expired:
      return problem{problem_code::reservation_expired, "The hold has expired."}.with(
          "expiredAt", to_rfc3339(o.expired_at));
    case payment_refusal::queue_token_required:
      return queue_problem(queue_check::token_missing, 0);
    case payment_refusal::queue_token_invalid:
      return queue_problem(queue_check::token_invalid, 0);
    case payment_refusal::payment_not_refundable:
      return problem{problem_code::payment_not_refundable,
                     "Only a completed payment can be refunded, before the performance starts."};
  }
  return problem{problem_code::internal};
}

// How a payment that ended without the seats is told.
problem failure_problem(const payment_outcome& o) {
  const auto& p = o.paid;
  switch (p.failure) {
    case payment_failure::insufficient_points:
      return problem{problem_code::insufficient_points, "The balance is too small."}
          .with("balance", p.balance.value)
          .with("required", p.amount.value);
    case payment_failure::reservation_not_found:
      return problem{problem_code::reservation_not_found, "There is no such reservation."};
    case payment_failure::reservation_expired:
      return problem{problem_code::reservation_expired, "The hold expired before it was paid."}
          .with("expiredAt", to_rfc3339(o.expired_at));
    case payment_failure::reservation_released:
      return problem{problem_code::reservation_released, "The reservation was given back."};
    case payment_failure::reservation_already_paid:
      return problem{problem_code::reservation_already_paid, "The reservation is paid."};
    case payment_failure::none:
    case payment_failure::deadline_exceeded:
    case payment_failure::aborted:
      break;
  }
  return problem{problem_code::unavailable, "The payment could not be finished and was undone."};
}

// A 202: the payment or its refund goes on, also when an operator has to help it. What it waits for
// is for GET to say.
response under_way(const payment& p, std::string_view shown) {
  auto body = render(p);
  body["status"] = shown;
  body.erase("reason");
  return response{status::accepted, body}.with("Location", location(p));
}

response payment_response(const payment_outcome& o) {
  if (o.refusal != payment_refusal::none) return refusal_problem(o);
  const auto& p = o.paid;
  if (p.state == saga_state::completed) {
    return response{status::created, render(p)}.with("Location", location(p));
  }
  if (p.state == saga_state::failed || p.state == saga_state::compensated)
    return failure_problem(o).with("paymentId", to_text(p.id));
  return under_way(p, "PENDING");
}

awaitable<response> pay(gateway& g, request& from) {
  json_reader body{from.json};
  const auto text = body.id_text("reservationId");
  if (auto wrong = body.finish()) co_return std::move(*wrong);
  const auto id = parse_id<reservation_id>(text);
  const auto at = id ? g.snapshot()->find(id->schedule) : nullptr;
  if (id && !at && !g.is_complete(from)) co_return *problem_of(fault::unavailable);
  const auto concert = at ? at->concert : concert_id{};
  const auto admitted = co_await g.admit(from, concert);
  if (!admitted.known) co_return *problem_of(fault::unavailable);
  start_payment command{.key = from.key(),
                        .user = from.user(),
                        .reservation = at ? *id : reservation_id{},
                        .admission = admitted.verdict,
                        .token = admitted.token};
  const auto reply = co_await g.ask(from, g.services().payment, command,
                                    g.parts().payment_answer_time + limits::http_ask_time_max);
  if (!reply) co_return still_running();
  if (auto no = problem_of(reply->fault, reply->key)) co_return std::move(*no);
  co_return marked(payment_response(reply->outcome), reply->key);
}

awaitable<response> get_payment(gateway& g, request& from) {
  const auto id = parse_id<payment_id>(from.arguments[0]);
  if (!id) co_return no_such_payment();
  find_payment question{0, from.user(), *id};
  const auto reply = co_await g.ask(from, g.services().payment, question);
  if (!reply) co_return *problem_of(fault::unavailable);
  if (auto failed = problem_of(reply->fault)) co_return std::move(*failed);
  if (!reply->found.id) co_return no_such_payment();
  co_return response{status::ok, render(reply->found)};
}

response refund_response(const payment_outcome& o) {
  if (o.refusal != payment_refusal::none) return refusal_problem(o);
  const auto& p = o.paid;
  if (p.state != saga_state::refunded) return under_way(p, "REFUNDING");
  return response{status::created, json_object{{"paymentId", to_text(p.id)},
                                               {"status", payment_status(p.state)},
                                               {"amount", p.amount.value},
                                               {"balance", p.balance.value}}};
}

awaitable<response> refund(gateway& g, request& from) {
  json_reader body{from.json};
  if (auto wrong = body.finish()) co_return std::move(*wrong);
  refund_payment command{.key = from.key(),
                         .user = from.user(),
                         .payment = parse_id<payment_id>(from.arguments[0]).value_or(payment_id{})};
  const auto reply = co_await g.ask(from, g.services().payment, command,
                                    g.parts().payment_answer_time + limits::http_ask_time_max);
  if (!reply) co_return still_running();
  if (auto no = problem_of(reply->fault, reply->key)) co_return std::move(*no);
  co_return marked(refund_response(reply->outcome), reply->key);
}

}  // namespace

void add_payment_routes(router& routes, gateway& g) {
  routes.add(
      {.method = verb::post,
       .pattern = "/v1/payments",
       .needs = access::user,
       .handle = [&g](request& r) { return pay(g, r); },
       .body = body_rule::json,
       .key = key_rule::required,
       .queue = queue_token_rule::taken,
       .says = {
           .operation = "pay",
           .group = "Payments",
           .summary = "Pay a reservation",
           .remarks = "A live hold can always be paid. After `insufficient_points` it stands: "
                      "charge, then pay with a new key.",
           .body = "NewPayment",
           .answers = {{status::created, "Payment", {"Location"}},
                       {.status = status::accepted,
                        .schema = "Payment",
                        .headers = {"Location"},
                        .remark = "It goes on; `Location` tells the rest."}},
           .problems = {problem_code::insufficient_points, problem_code::queue_token_required,
                        problem_code::queue_token_invalid, problem_code::reservation_not_found,
                        problem_code::reservation_already_paid, problem_code::reservation_released,
                        problem_code::payment_in_progress, problem_code::reservation_expired}}});
  routes.add({.pattern = "/v1/payments/{id}",
              .needs = access::user,
              .handle = [&g](request& r) { return get_payment(g, r); },
              .says = {.operation = "getPayment",
                       .group = "Payments",
                       .summary = "Read a payment",
                       .answers = {{status::ok, "Payment"}},
                       .problems = {problem_code::payment_not_found}}});
  routes.add(
      {.method = verb::post,
       .pattern = "/v1/payments/{id}/refunds",
       .needs = access::user,
       .handle = [&g](request& r) { return refund(g, r); },
       .body = body_rule::json,
       .key = key_rule::required,
       .says = {.operation = "refundPayment",
                .group = "Payments",
                .summary = "Refund a payment",
                .remarks = "The whole payment, before the performance begins.",
                .body = "NewRefund",
                .answers = {{status::created, "Refund"},
                            {.status = status::accepted,
                             .schema = "Payment",
                             .headers = {"Location"},
                             .remark = "It goes on; `Location` tells the rest."}},
                .problems = {problem_code::payment_not_found, problem_code::payment_in_progress,
                             problem_code::payment_not_refundable}}});
}

}  // namespace boxoffice::http
