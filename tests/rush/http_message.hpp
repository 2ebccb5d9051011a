#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace boxoffice::rush {

using json = nlohmann::json;

enum class method { get, post, remove };

/// One request as the client means it; empty fields are not sent.
struct http_request {
  method verb{method::get};
  std::string target{};
  std::string body{};
  std::string bearer{};
  std::string idempotency_key{};
  std::string queue_token{};
  std::string if_none_match{};
};

/// What came back. `status` 0: nothing did, so whether the request took effect is unknown.
struct http_answer {
  int status{0};
  std::string body;
  std::string etag;
  std::chrono::seconds retry_after{0};
  bool replayed{false};  ///< the header Idempotent-Replayed
  std::string transport_error;
  std::chrono::microseconds took{0};  ///< from the first byte out to the last byte in

  [[nodiscard]] bool arrived() const { return status != 0; }
  [[nodiscard]] bool succeeded() const { return status >= 200 && status < 300; }
  /// The body as a value; discarded (`is_discarded()`) when it is not JSON.
  [[nodiscard]] json value() const { return json::parse(body, nullptr, false); }
  /// The `code` of a problem, empty for anything else.
  [[nodiscard]] std::string code() const;
};

}  // namespace boxoffice::rush
