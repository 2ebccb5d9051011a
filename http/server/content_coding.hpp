#pragma once

#include "http/server/request.hpp"
#include "http/server/response.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

namespace boxoffice::http {

/// What Accept-Encoding says. Without one only the plain answer is taken. An element that is
/// malformed counts as absent. **Source**: RFC 9110, 12.5.3.
accepted_codings read_accepted_codings(const request& from);

/// The tag in If-None-Match of an answer that the client takes: `tag` is that of the plain one.
/// Empty when there is none. **Source**: RFC 9110, 13.1.2 (weak comparison).
std::optional<std::string> matching_tag(const request& from, std::string_view tag);

enum class form : std::uint8_t { plain, gzip };
/// The form in which to send an answer: gzip for a GET where it pays and the client takes it. Says
/// in `Vary` that there are two. **Requires** a refusal to be rendered.
form choose_form(response& answer, const request& from);
/// Compresses the answer, and gives it `Content-Encoding` and a tag of its own: `"…-gzip"`.
boost::asio::awaitable<void> compress(response& answer);

}  // namespace boxoffice::http
