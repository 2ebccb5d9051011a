#include "http/api/endpoints.hpp"
#include "http/api/paging.hpp"
#include "http/api/render.hpp"
#include "http/server/json_reader.hpp"

#include <utility>

namespace boxoffice::http {
namespace {

using boost::asio::awaitable;

awaitable<response> balance(gateway& g, request& from) {
  read_balance question{0, from.user()};
  const auto reply = co_await g.ask(from, g.services().point, question);
  if (!reply) co_return *problem_of(fault::unavailable);
  if (auto failed = problem_of(reply->fault)) co_return std::move(*failed);
  co_return response{status::ok,
                     json_object{{"userId", from.user().value}, {"balance", reply->balance.value}}};
}

response charge_response(const point_outcome& outcome) {
  switch (outcome.refusal) {
    case point_refusal::none:
      break;
    case point_refusal::amount_out_of_range:
      return problem{problem_code::amount_out_of_range, "A charge has a least and a most amount."}
          .with("min", outcome.amount_min.value)
          .with("max", outcome.amount_max.value);
    case point_refusal::balance_limit_exceeded:
      return problem{problem_code::balance_limit_exceeded, "The balance would be too large."};
    case point_refusal::insufficient_points:
    case point_refusal::undone_before:
      return problem{problem_code::internal};
  }
  return response{status::created, json_object{{"transactionId", to_text(outcome.transaction)},
                                               {"amount", outcome.amount.value},
                                               {"balance", outcome.balance.value}}};
}

awaitable<response> charge(gateway& g, request& from) {
  json_reader body{from.json};
  const points amount{body.integer("amount")};
  if (auto wrong = body.finish()) co_return std::move(*wrong);
  charge_points command{0, from.key(), from.user(), amount};
  const auto reply = co_await g.ask(from, g.services().point, command);
  if (!reply) co_return still_running();
  if (auto no = problem_of(reply->fault, reply->key)) co_return std::move(*no);
  co_return marked(charge_response(reply->outcome), reply->key);
}

awaitable<response> transactions(gateway& g, request& from) {
  const auto asked = read_page(from);
  if (const auto* wrong = std::get_if<problem>(&asked)) co_return *wrong;
  const auto& part = std::get<page>(asked);
  list_transactions question{0, from.user(), part.after, static_cast<std::uint32_t>(part.limit)};
  const auto reply = co_await g.ask(from, g.services().point, question);
  if (!reply) co_return *problem_of(fault::unavailable);
  if (auto failed = problem_of(reply->fault)) co_return std::move(*failed);
  json_object items = json_object::array();
  for (const auto& entry : reply->items)
    items.push_back(render(entry));
  co_return list_response(from, std::move(items),
                          reply->next ? std::optional{reply->next} : std::nullopt);
}

}  // namespace

void add_point_routes(router& routes, gateway& g) {
  routes.add({.pattern = "/v1/points",
              .needs = access::user,
              .handle = [&g](request& r) { return balance(g, r); },
              .says = {.operation = "getBalance",
                       .group = "Points",
                       .summary = "Read the balance",
                       .answers = {{status::ok, "Balance"}}}});
  routes.add({.method = verb::post,
              .pattern = "/v1/points/charges",
              .needs = access::user,
              .handle = [&g](request& r) { return charge(g, r); },
              .body = body_rule::json,
              .key = key_rule::required,
              .says = {.operation = "chargePoints",
                       .group = "Points",
                       .summary = "Charge points",
                       .body = "NewCharge",
                       .answers = {{status::created, "Charge"}},
                       .problems = {problem_code::amount_out_of_range,
                                    problem_code::balance_limit_exceeded}}});
  routes.add({.pattern = "/v1/points/transactions",
              .needs = access::user,
              .handle = [&g](request& r) { return transactions(g, r); },
              .query = {"limit", "cursor"},
              .says = {.operation = "listTransactions",
                       .group = "Points",
                       .summary = "List the ledger of the user",
                       .query = {"limit", "cursor"},
                       .answers = {{status::ok, "TransactionList"}}}});
}

}  // namespace boxoffice::http
