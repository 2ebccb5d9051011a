#include "http/api/endpoints.hpp"
#include "http/api/node_list.hpp"
#include "http/api/paging.hpp"
#include "http/api/render.hpp"
#include "http/server/json_reader.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <utility>

namespace boxoffice::http {
namespace {

using boost::asio::awaitable;

problem no_such_saga() {
  return problem{problem_code::payment_not_found, "There is no such payment."};
}

std::optional<std::uint32_t> parse_age(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (value > limits::saga_age_seconds_max) return std::nullopt;
  return value;
}

std::variant<list_sagas, problem> read_list_sagas(const request& from) {
  const auto asked = read_page(from);
  if (const auto* wrong = std::get_if<problem>(&asked)) return *wrong;
  list_sagas question;
  question.limit = static_cast<std::uint32_t>(std::get<page>(asked).limit);
  question.after = {std::get<page>(asked).after};
  std::vector<field_error> errors;
  if (const auto text = from.query_value("state")) {
    const auto state = parse_saga_state(*text);
    if (!state) errors.push_back({"/query/state", "must be a state of a saga, like PARKED"});
    question.what = list_sagas::wanted::one_state;
    question.state = state.value_or(question.state);
  }
  if (const auto text = from.query_value("olderThanSeconds")) {
    const auto age = parse_age(*text);
    if (!age)
      errors.push_back({"/query/olderThanSeconds", "must be an integer from 0 to 1000000000"});
    question.unchanged_for_seconds = age.value_or(0);
  }
  if (!errors.empty()) return problem{problem_code::invalid_field, errors};
  return question;
}

awaitable<response> list(gateway& g, request& from) {
  auto asked = read_list_sagas(from);
  if (const auto* wrong = std::get_if<problem>(&asked)) co_return *wrong;
  auto& question = std::get<list_sagas>(asked);
  const auto reply = co_await g.ask(from, g.services().payment, question);
  if (!reply) co_return *problem_of(fault::unavailable);
  if (auto failed = problem_of(reply->fault)) co_return std::move(*failed);
  json_object items = json_object::array();
  for (const auto& p : reply->sagas)
    items.push_back(render_saga(p));
  std::optional<std::uint64_t> next;
  if (reply->follows == saga_list::more::yes) next = reply->sagas.back().id.value;
  co_return list_response(from, std::move(items), next);
}

awaitable<response> show(gateway& g, request& from) {
  const auto id = parse_id<payment_id>(from.arguments[0]);
  if (!id) co_return no_such_saga();
  read_saga question{0, *id};
  const auto reply = co_await g.ask(from, g.services().payment, question);
  if (!reply) co_return *problem_of(fault::unavailable);
  if (auto failed = problem_of(reply->fault)) co_return std::move(*failed);
  if (!reply->row.id) co_return no_such_saga();
  auto body = render_saga(reply->row);
  auto& timeline = body["timeline"] = json_object::array();
  for (const auto& n : reply->timeline)
    timeline.push_back(render(n));
  co_return response{status::ok, body};
}

response moved(const std::optional<saga_command_reply>& reply) {
  if (!reply) return *problem_of(fault::unavailable);
  if (auto failed = problem_of(reply->fault)) return std::move(*failed);
  switch (reply->refusal) {
    case saga_refusal::none:
      break;
    case saga_refusal::payment_not_found:
      return no_such_saga();
    case saga_refusal::saga_not_parked:
      return problem{problem_code::saga_not_parked, "The saga is not parked."}.with(
          "state", to_text(reply->row.state));
  }
  return response{status::ok, render_saga(reply->row)};
}

awaitable<response> resume(gateway& g, request& from) {
  const auto id = parse_id<payment_id>(from.arguments[0]);
  if (!id) co_return no_such_saga();
  resume_saga command{0, *id};
  co_return moved(co_await g.ask(from, g.services().payment, command));
}

awaitable<response> abort(gateway& g, request& from) {
  json_reader body{from.json};
  auto reason = body.text("reason", {1, limits::saga_reason_chars_max});
  if (auto wrong = body.finish()) co_return std::move(*wrong);
  const auto id = parse_id<payment_id>(from.arguments[0]);
  if (!id) co_return no_such_saga();
  abort_saga command{0, *id, std::move(reason)};
  co_return moved(co_await g.ask(from, g.services().payment, command));
}

json_object render_line(const outbox_line& line) {
  const auto& e = line.event;
  json_object consumers = json_object::array();
  for (const auto& place : line.places) {
    auto& one = consumers.emplace_back(json_object{{"consumer", place.consumer}});
    if (place.parked_at == no_time) continue;
    one["reason"] = place.reason;
    one["parkedAt"] = to_rfc3339(place.parked_at);
  }
  return {{"eventId", to_text(e.id)},
          {"sequence", e.sequence},
          {"type", to_text(e.kind)},
          {"paymentId", to_text(e.payment)},
          {"scheduleId", to_text(e.schedule())},
          {"occurredAt", to_rfc3339(e.occurred_at)},
          {"consumers", std::move(consumers)}};
}

awaitable<response> outbox(gateway& g, request& from) {
  const auto asked = read_page(from);
  if (const auto* wrong = std::get_if<problem>(&asked)) co_return *wrong;
  const auto state = from.query_value("state").value_or("pending");
  if (state != "pending" && state != "parked")
    co_return invalid_field("/query/state", "must be pending or parked");
  using wanted = list_outbox::wanted;
  list_outbox question;
  question.what = state == "parked" ? wanted::parked : wanted::pending;
  question.after = std::get<page>(asked).after;
  question.limit = static_cast<std::uint32_t>(std::get<page>(asked).limit);
  const auto reply = co_await g.ask(from, g.services().outbox, question);
  if (!reply) co_return *problem_of(fault::unavailable);
  if (auto failed = problem_of(reply->fault)) co_return std::move(*failed);
  json_object items = json_object::array();
  for (const auto& line : reply->lines)
    items.push_back(render_line(line));
  std::optional<std::uint64_t> next;
  if (reply->follows == outbox_list::more::yes) next = reply->lines.back().event.sequence;
  co_return list_response(from, std::move(items), next);
}

awaitable<response> replay(gateway& g, request& from) {
  const problem unknown{problem_code::event_not_found, "There is no such event."};
  const auto id = parse_id<event_id>(from.arguments[0]);
  if (!id) co_return unknown;
  replay_event command{0, *id};
  const auto reply = co_await g.ask(from, g.services().outbox, command);
  if (!reply) co_return *problem_of(fault::unavailable);
  if (auto failed = problem_of(reply->fault)) co_return std::move(*failed);
  switch (reply->refusal) {
    case replay_refusal::none:
      break;
    case replay_refusal::event_not_found:
      co_return unknown;
    case replay_refusal::event_not_parked:
      co_return problem{problem_code::event_not_parked,
                        "No consumer of this server has the event parked."};
  }
  co_return response{status::accepted,
                     json_object{{"eventId", to_text(*id)}, {"consumers", reply->consumers}}};
}

awaitable<response> nodes(gateway& g, request& from) {
  auto known = render_nodes(g);
  if (!known.problems) co_return list_response(from, std::move(known.items), std::nullopt);
  co_return response{status::ok, json_object{{"items", std::move(known.items)},
                                             {"problems", std::move(*known.problems)}}};
}

}  // namespace

void add_operator_routes(router& routes, gateway& g) {
  routes.add({.method = verb::get,
              .pattern = "/v1/admin/sagas",
              .needs = access::operator_,
              .handle = [&g](request& r) { return list(g, r); },
              .query = {"state", "olderThanSeconds", "limit", "cursor"},
              .says = {.operation = "listSagas",
                       .group = "Operators",
                       .summary = "List the sagas",
                       .query = {"sagaState", "olderThanSeconds", "limit", "cursor"},
                       .answers = {{status::ok, "SagaList"}}}});
  routes.add({.method = verb::get,
              .pattern = "/v1/admin/sagas/{id}",
              .needs = access::operator_,
              .handle = [&g](request& r) { return show(g, r); },
              .says = {.operation = "getSaga",
                       .group = "Operators",
                       .summary = "Read a saga and its timeline",
                       .answers = {{status::ok, "SagaTimeline"}},
                       .problems = {problem_code::payment_not_found}}});
  routes.add(
      {.method = verb::post,
       .pattern = "/v1/admin/sagas/{id}/resume",
       .needs = access::operator_,
       .handle = [&g](request& r) { return resume(g, r); },
       .says = {.operation = "resumeSaga",
                .group = "Operators",
                .summary = "Resume a parked saga",
                .answers = {{status::ok, "Saga"}},
                .problems = {problem_code::payment_not_found, problem_code::saga_not_parked}}});
  routes.add(
      {.method = verb::post,
       .pattern = "/v1/admin/sagas/{id}/abort",
       .needs = access::operator_,
       .handle = [&g](request& r) { return abort(g, r); },
       .body = body_rule::json,
       .says = {.operation = "abortSaga",
                .group = "Operators",
                .summary = "Undo a parked saga",
                .remarks = "Gives back the seats, then the points.",
                .body = "AbortReason",
                .answers = {{status::ok, "Saga"}},
                .problems = {problem_code::payment_not_found, problem_code::saga_not_parked}}});
  routes.add({.method = verb::get,
              .pattern = "/v1/admin/outbox",
              .needs = access::operator_,
              .handle = [&g](request& r) { return outbox(g, r); },
              .query = {"state", "limit", "cursor"},
              .says = {.operation = "listOutbox",
                       .group = "Operators",
                       .summary = "List events that wait",
                       .query = {"outboxState", "limit", "cursor"},
                       .answers = {{status::ok, "OutboxList"}}}});
  routes.add(
      {.method = verb::post,
       .pattern = "/v1/admin/outbox/{id}/replay",
       .needs = access::operator_,
       .handle = [&g](request& r) { return replay(g, r); },
       .says = {.operation = "replayEvent",
                .group = "Operators",
                .summary = "Deliver a parked event again",
                .remarks = "With what is parked behind it.",
                .answers = {{status::accepted, "Replay"}},
                .problems = {problem_code::event_not_found, problem_code::event_not_parked}}});
  routes.add({.method = verb::get,
              .pattern = "/v1/admin/nodes",
              .needs = access::operator_,
              .handle = [&g](request& r) { return nodes(g, r); },
              .says = {.operation = "listNodes",
                       .group = "Operators",
                       .summary = "List the processes",
                       .answers = {{status::ok, "NodeList"}}}});
}

}  // namespace boxoffice::http
