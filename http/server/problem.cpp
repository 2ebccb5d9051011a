#include "http/server/problem.hpp"

#include "actors/core/check.hpp"

#include <algorithm>
#include <array>

namespace boxoffice::http {
namespace {

using enum boost::beast::http::status;

constexpr bool once = false, retryable = true;

// The table of docs/API.md, in the order of problem_code.
constexpr std::array kinds{
    problem_kind{problem_code::malformed_request, "malformed_request", bad_request, once,
                 "The request is not well-formed HTTP"},
    problem_kind{problem_code::malformed_json, "malformed_json", bad_request, once,
                 "The body is not well-formed JSON"},
    problem_kind{problem_code::invalid_field, "invalid_field", bad_request, once,
                 "A value is missing or not acceptable"},
    problem_kind{problem_code::unknown_field, "unknown_field", bad_request, once,
                 "The body has a member that is not known"},
    problem_kind{problem_code::idempotency_key_required, "idempotency_key_required", bad_request,
                 once, "The header Idempotency-Key is required"},
    problem_kind{problem_code::unauthenticated, "unauthenticated", unauthorized, once,
                 "A valid bearer token is required"},
    problem_kind{problem_code::insufficient_points, "insufficient_points", payment_required, once,
                 "The balance is too low"},
    problem_kind{problem_code::forbidden, "forbidden", boost::beast::http::status::forbidden, once,
                 "The role of the token does not suffice"},
    problem_kind{problem_code::queue_token_required, "queue_token_required",
                 boost::beast::http::status::forbidden, once, "The header Queue-Token is required"},
    problem_kind{problem_code::queue_token_invalid, "queue_token_invalid",
                 boost::beast::http::status::forbidden, once, "The queue token is not valid here"},
    problem_kind{problem_code::queue_not_active, "queue_not_active",
                 boost::beast::http::status::forbidden, retryable, "The queue token still waits"},
    problem_kind{problem_code::not_found, "not_found", boost::beast::http::status::not_found, once,
                 "There is nothing here"},
    problem_kind{problem_code::concert_not_found, "concert_not_found",
                 boost::beast::http::status::not_found, once, "There is no such concert"},
    problem_kind{problem_code::schedule_not_found, "schedule_not_found",
                 boost::beast::http::status::not_found, once, "There is no such schedule"},
    problem_kind{problem_code::seat_not_found, "seat_not_found",
                 boost::beast::http::status::not_found, once, "There is no such seat"},
    problem_kind{problem_code::reservation_not_found, "reservation_not_found",
                 boost::beast::http::status::not_found, once, "There is no such reservation"},
    problem_kind{problem_code::payment_not_found, "payment_not_found",
                 boost::beast::http::status::not_found, once, "There is no such payment"},
    problem_kind{problem_code::event_not_found, "event_not_found",
                 boost::beast::http::status::not_found, once, "There is no such event"},
    problem_kind{problem_code::parked_not_found, "parked_not_found",
                 boost::beast::http::status::not_found, once, "Nothing with this id is parked"},
    problem_kind{problem_code::method_not_allowed, "method_not_allowed",
                 boost::beast::http::status::method_not_allowed, once,
                 "The method is not allowed here"},
    problem_kind{problem_code::not_acceptable, "not_acceptable",
                 boost::beast::http::status::not_acceptable, once,
                 "The answer has no form that the client takes"},
    problem_kind{problem_code::seat_taken, "seat_taken", conflict, once, "Seat is taken"},
    problem_kind{problem_code::sales_not_open, "sales_not_open", conflict, retryable,
                 "The sale has not opened yet"},
    problem_kind{problem_code::sales_closed, "sales_closed", conflict, once, "The sale is over"},
    problem_kind{problem_code::reservation_already_paid, "reservation_already_paid", conflict, once,
                 "The reservation is already paid"},
    problem_kind{problem_code::reservation_released, "reservation_released", conflict, once,
                 "The reservation was given back"},
    problem_kind{problem_code::reservation_not_paid, "reservation_not_paid", conflict, once,
                 "The reservation is not paid"},
    problem_kind{problem_code::payment_in_progress, "payment_in_progress", conflict, retryable,
                 "A payment of the reservation is running"},
    problem_kind{problem_code::payment_not_refundable, "payment_not_refundable", conflict, once,
                 "The payment cannot be refunded"},
    problem_kind{problem_code::already_extended, "already_extended", conflict, once,
                 "The hold was extended before"},
    problem_kind{problem_code::extension_not_offered, "extension_not_offered", conflict, once,
                 "Holds of this schedule are not extended"},
    problem_kind{problem_code::saga_not_parked, "saga_not_parked", conflict, once,
                 "Only a parked saga can be resumed or aborted"},
    problem_kind{problem_code::event_not_parked, "event_not_parked", conflict, once,
                 "Only a parked event can be replayed"},
    problem_kind{problem_code::still_refused, "still_refused", conflict, retryable,
                 "The store still refuses it"},
    problem_kind{problem_code::idempotency_in_flight, "idempotency_in_flight", conflict, retryable,
                 "The first request with this key is still running"},
    problem_kind{problem_code::reservation_expired, "reservation_expired", gone, once,
                 "The hold has expired"},
    problem_kind{problem_code::payload_too_large, "payload_too_large",
                 boost::beast::http::status::payload_too_large, once, "The body is too large"},
    problem_kind{problem_code::unsupported_media_type, "unsupported_media_type",
                 boost::beast::http::status::unsupported_media_type, once,
                 "The body must be application/json"},
    problem_kind{problem_code::headers_too_large, "headers_too_large",
                 request_header_fields_too_large, once, "The header is too large"},
    problem_kind{problem_code::seat_limit_exceeded, "seat_limit_exceeded", unprocessable_entity,
                 once, "Too many seats for one user"},
    problem_kind{problem_code::amount_out_of_range, "amount_out_of_range", unprocessable_entity,
                 once, "The amount is out of range"},
    problem_kind{problem_code::balance_limit_exceeded, "balance_limit_exceeded",
                 unprocessable_entity, once, "The balance would grow too large"},
    problem_kind{problem_code::idempotency_key_reused, "idempotency_key_reused",
                 unprocessable_entity, once, "The key was used with another body"},
    problem_kind{problem_code::rate_limited, "rate_limited", too_many_requests, retryable,
                 "Too many requests"},
    problem_kind{problem_code::internal, "internal", internal_server_error, once,
                 "Something went wrong on our side"},
    problem_kind{problem_code::overloaded, "overloaded", service_unavailable, retryable,
                 "Too much is going on right now"},
    problem_kind{problem_code::unavailable, "unavailable", service_unavailable, retryable,
                 "A part of the service is not available"},
    problem_kind{problem_code::http_version_not_supported, "http_version_not_supported",
                 boost::beast::http::status::http_version_not_supported, once,
                 "Only HTTP/1.1 and HTTP/1.0 are spoken here"},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kinds.size(); ++i)
    if (static_cast<std::size_t>(kinds[i].code) != i) return false;
  return true;
}
static_assert(in_order(), "the table has one line per problem_code, in its order");
static_assert(kinds.size() == problem_codes);

}  // namespace

const problem_kind& kind_of(problem_code code) { return kinds[static_cast<std::size_t>(code)]; }

problem::problem(problem_code code, const std::vector<field_error>& errors) : code_{code} {
  auto list = json::array();
  for (const auto& e : errors)
    list.push_back({{"pointer", e.pointer}, {"detail", e.detail}});
  if (!errors.empty()) {
    const auto& [pointer, detail] = errors.front();
    detail_ = (pointer.empty() ? "The body" : pointer) + ' ' + detail + '.';
  }
  if (errors.size() == 2) detail_ += " There is 1 more error.";
  if (errors.size() > 2)
    detail_ += " There are " + std::to_string(errors.size() - 1) + " more errors.";
  members_["errors"] = std::move(list);
}

problem& problem::with(std::string name, json value) & {
  members_[std::move(name)] = std::move(value);
  return *this;
}
problem&& problem::with(std::string name, json value) && {
  return std::move(with(std::move(name), std::move(value)));
}
problem& problem::retry_after(std::chrono::seconds wait) & {
  retry_after_ = std::max(wait, std::chrono::seconds{1});
  return *this;
}
problem&& problem::retry_after(std::chrono::seconds wait) && {
  return std::move(retry_after(wait));
}

std::optional<std::chrono::seconds> problem::retry_after() const {
  if (retry_after_) return retry_after_;
  const bool always = code_ == problem_code::idempotency_in_flight ||
                      code_ == problem_code::payment_in_progress ||
                      code_ == problem_code::queue_not_active ||
                      kind().status == too_many_requests || kind().status == service_unavailable;
  if (!always) return std::nullopt;
  return std::chrono::seconds{1};
}

std::string problem::body(std::string_view request_id) const {
  const auto& kind = this->kind();
  json out = {{"type", "/problems/" + std::string{kind.name}},
              {"title", kind.title},
              {"status", static_cast<unsigned>(kind.status)},
              {"code", kind.name},
              {"detail", detail_.empty() ? std::string{kind.title} + "." : detail_},
              {"retryable", kind.retryable},
              {"requestId", request_id}};
  out.update(members_);
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

problem invalid_field(std::string pointer, std::string detail) {
  return {problem_code::invalid_field,
          std::vector<field_error>{{std::move(pointer), std::move(detail)}}};
}

}  // namespace boxoffice::http
