#pragma once

#include "actors/core/time.hpp"
#include "http/server/response.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace boxoffice::http {

/// Turns a refusal into its body and headers; leaves other responses alone.
void render_refusal(response& answer, std::string_view request_id);

/// What a response head says beside the response itself.
struct head_context {
  unsigned version{11};
  bool keep_alive{true};
  std::string_view request_id;
  time_point now{};
};

/// Whether an answer of this status has no body and no length. **Source**: RFC 9112, 6.3.
bool is_bodiless(boost::beast::http::status code);

/// Appends status line and headers with the empty line. A header whose value holds a line break is
/// a bug and is left out.
void append_head(std::string& out, const response& answer, const head_context& context);

}  // namespace boxoffice::http
