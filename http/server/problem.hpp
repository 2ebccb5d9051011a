#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/beast/http/status.hpp>
#include <nlohmann/json.hpp>

namespace boxoffice::http {

/// Every refusal a client can see, by its `code`.
enum class problem_code : std::uint8_t {
  malformed_request,
  malformed_json,
  invalid_field,
  unknown_field,
  idempotency_key_required,
  unauthenticated,
  insufficient_points,
  forbidden,
  queue_token_required,
  queue_token_invalid,
  queue_not_active,
  not_found,
  concert_not_found,
  schedule_not_found,
  seat_not_found,
  reservation_not_found,
  payment_not_found,
  event_not_found,
  parked_not_found,
  method_not_allowed,
  not_acceptable,
  seat_taken,
  sales_not_open,
  sales_closed,
  reservation_already_paid,
  reservation_released,
  reservation_not_paid,
  payment_in_progress,
  payment_not_refundable,
  already_extended,
  extension_not_offered,
  saga_not_parked,
  event_not_parked,
  still_refused,
  idempotency_in_flight,
  reservation_expired,
  payload_too_large,
  unsupported_media_type,
  headers_too_large,
  seat_limit_exceeded,
  amount_out_of_range,
  balance_limit_exceeded,
  idempotency_key_reused,
  rate_limited,
  internal,
  overloaded,
  unavailable,
  http_version_not_supported,
};
inline constexpr std::size_t problem_codes =
    static_cast<std::size_t>(problem_code::http_version_not_supported) + 1;

/// What a code means, once for all.
struct problem_kind {
  problem_code code;
  std::string_view name;
  boost::beast::http::status status;
  bool retryable;  ///< the same request may succeed later without the caller changing anything
  std::string_view title;
};
const problem_kind& kind_of(problem_code code);

/// One thing that is wrong with the input: where (RFC 6901; `/query/…` and `/header/…` for what is
/// not in the body) and what, as the rest of a sentence that begins with the pointer: "is
/// required".
struct field_error {
  std::string pointer, detail;
};

/// A refusal on its way to the client: `problem{problem_code::seat_taken, "A-7 is held."}
/// .with("seats", …)`. Handlers return it as their response. **Source**: RFC 9457.
class problem {
 public:
  using json = nlohmann::ordered_json;

  explicit problem(problem_code code, std::string detail = {})
      : code_{code}, detail_{std::move(detail)} {}
  /// invalid_field or unknown_field with all errors at once.
  problem(problem_code code, const std::vector<field_error>& errors);

  /// Adds an extra member.
  problem& with(std::string name, json value) &;
  problem&& with(std::string name, json value) &&;
  /// Sets `Retry-After`; codes that must have one have 1 s by default.
  problem& retry_after(std::chrono::seconds wait) &;
  problem&& retry_after(std::chrono::seconds wait) &&;

  [[nodiscard]] problem_code code() const { return code_; }
  [[nodiscard]] const problem_kind& kind() const { return kind_of(code_); }
  [[nodiscard]] const json& members() const { return members_; }
  [[nodiscard]] std::optional<std::chrono::seconds> retry_after() const;
  /// The body: type, title, status, code, detail, retryable, requestId, extra members.
  [[nodiscard]] std::string body(std::string_view request_id) const;

 private:
  problem_code code_;
  std::string detail_;
  std::optional<std::chrono::seconds> retry_after_;
  json members_ = json::object();
};

/// invalid_field about one thing.
problem invalid_field(std::string pointer, std::string detail);

}  // namespace boxoffice::http
