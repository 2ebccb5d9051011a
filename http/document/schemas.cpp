#include "http/document/schemas.hpp"

#include "config/limits.hpp"
#include "config/stream_limits.hpp"
#include "http/document/schema_parts.hpp"

namespace boxoffice::http {
namespace {

json_object parameter(const char* name, const char* in, std::string_view remark,
                      json_object schema) {
  return {{"name", name}, {"in", in}, {"description", remark}, {"schema", std::move(schema)}};
}

json_object required(json_object one) {
  one["required"] = true;
  return one;
}

json_object query(const char* name, std::string_view remark, json_object schema) {
  return parameter(name, "query", remark, std::move(schema));
}

json_object header(std::string_view remark, json_object schema) {
  return {{"description", remark}, {"schema", std::move(schema)}};
}

template <class Enum>
std::vector<std::string> names_up_to(Enum last) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i <= static_cast<std::size_t>(last); ++i)
    out.emplace_back(to_text(static_cast<Enum>(i)));
  return out;
}

void add_query_parameters(json_object& all) {
  auto limit = integer_schema(limits::list_items_min, limits::list_items_max, {});
  limit["default"] = limits::list_items_default;
  all["limit"] = query("limit", "How many items to answer at most.", std::move(limit));
  all["cursor"] =
      query("cursor", "The `nextCursor` of the page before, of the same list and filters.",
            schema_of("string", {}));
  all["seatStatus"] = query("status", "Only seats of this status.", reference_to("SeatStatus"));
  auto section = schema_of("string", {});
  section["pattern"] = R"(^[^\u0000-\u001f\u007f]+$)";
  all["section"] = query("section", "Only seats of the section of this name.", std::move(section));
  all["reservationStatus"] =
      query("status", "Only reservations of this status.", reference_to("ReservationStatus"));
  all["sagaState"] = query("state", "Only sagas in this state, in any case of letters.",
                           reference_to("SagaState"));
  all["olderThanSeconds"] = query("olderThanSeconds", "Only sagas that have not moved for so long.",
                                  integer_schema(0, limits::saga_age_seconds_max, {}));
  auto state = choice_schema({"pending", "parked"}, {});
  state["default"] = "pending";
  all["outboxState"] = query("state", "Which events to list.", std::move(state));
  auto window = choice_schema({"1h", "24h", "all"}, {});
  window["default"] = "all";
  all["window"] = query("window", "The time that counts.", std::move(window));
  auto since = schema_of("string", {});
  since["pattern"] = R"(^\d+\.\d+$)";
  all["since"] = query("since", "What the client has: `<epoch>.<version>`.", std::move(since));
  all["waitSeconds"] = query("waitSeconds", "How long to wait for a change.",
                             integer_schema(0, limits::seats_poll_wait_max.count(), {}));
  all["ticket"] =
      query("ticket", "A ticket for this stream, instead of a token.", schema_of("string", {}));
  all["lang"] = query("lang", "The language of the answer, whatever `Accept-Language` says.",
                      choice_schema({"en", "ko"}, {}));
}

void add_request_headers(json_object& all) {
  all["IdempotencyKey"] =
      required(parameter("Idempotency-Key", "header",
                         "Names this request, so that it can be repeated: 1 to 128 visible ASCII "
                         "characters. The same key with the same body gets the first answer again.",
                         [] {
                           auto key = text_schema(1, limits::idempotency_key_chars_max, {});
                           key["pattern"] = "^[!-~]+$";
                           return key;
                         }()));
  all["QueueToken"] = required(parameter(
      "Queue-Token", "header",
      "The ACTIVE queue token of the caller for this concert. A repeated request needs none.",
      schema_of("string", {})));
  all["RequestId"] = parameter("X-Request-Id", "header",
                               "Names the request in logs and in the answer: 1 to 64 characters of "
                               "`A-Z a-z 0-9 . _ -`. Anything else is replaced by a new name.",
                               schema_of("string", {}));
  all["Traceparent"] =
      parameter("traceparent", "header", "W3C Trace Context; passed on, and ignored if malformed.",
                schema_of("string", {}));
  all["IfNoneMatch"] =
      parameter("If-None-Match", "header", "The `ETag` of an answer that the client has.",
                schema_of("string", {}));
  all["AcceptLanguage"] =
      parameter("Accept-Language", "header", "`ko` gets Korean, anything else English.",
                schema_of("string", {}));
}

}  // namespace

json_object object_schema(std::string_view remark, schema_members required,
                          schema_members optional) {
  auto out = schema_of("object", remark);
  auto& properties = out["properties"] = json_object::object();
  auto names = json_object::array();
  for (auto& each : required) {
    properties[each.name] = std::move(each.schema);
    names.push_back(each.name);
  }
  for (auto& each : optional)
    properties[each.name] = std::move(each.schema);
  if (!names.empty()) out["required"] = std::move(names);
  out["additionalProperties"] = false;
  return out;
}

json_object page_schema(std::string_view of, std::string_view remark) {
  return object_schema(
      remark, {{"items", list_schema(reference_to(of), {})},
               {"nextCursor",
                or_null(free_text_schema("The cursor of the next page; null: it ends here."))}});
}

json_object document_schemas() {
  json_object all;
  auto id = text_schema(1, limits::id_chars_max, "An opaque name.");
  id["pattern"] = "^[A-Za-z0-9_-]+$";
  all["Id"] = std::move(id);
  all["SeatStatus"] = choice_schema(names_up_to(seat_status::sold), "Of a seat.");
  all["ReservationStatus"] =
      choice_schema(names_up_to(reservation_status::refunded), "Of a reservation.");
  all["SagaState"] = choice_schema(names_up_to(saga_state::refunded), "Where a payment stands.");
  add_catalogue_schemas(all);
  add_purchase_schemas(all);
  add_operator_schemas(all);
  add_problem_schemas(all);
  return all;
}

json_object document_parameters() {
  json_object all;
  add_query_parameters(all);
  add_request_headers(all);
  return all;
}

json_object document_headers() {
  const auto text = schema_of("string", {});
  json_object all;
  all["RequestId"] = header("The name of the request, in logs too.",
                            text_schema(1, limits::request_id_chars_max, {}));
  all["Location"] = header("Where what was made can be read.", text);
  all["RetryAfter"] = header("After so many seconds it makes sense to ask again.",
                             integer_schema(0, limits::json_integer_max, {}));
  all["ETag"] = header("Names this state of the answer, for `If-None-Match`.", text);
  all["IdempotentReplayed"] =
      header("There when this is the first answer again.", choice_schema({"true"}, {}));
  all["WwwAuthenticate"] = header("How to authenticate.", text);
  all["RateLimit"] = header("How much of the limit is left, and for how long.", text);
  all["RateLimitPolicy"] = header("The limit.", text);
  all["AcceptEncoding"] = header("There when the body was encoded: `identity`.", text);
  return all;
}

}  // namespace boxoffice::http
