#pragma once

#include "http/problem.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include <nlohmann/json.hpp>

namespace boxoffice::http {

/// Which part of a list is asked for.
struct page {
  std::size_t limit{0};
  std::uint64_t after{0};  ///< what the cursor holds; 0 from the start
};

/// Reads `?limit=` (1..200, default 50) and `?cursor=`. **Rejects** both at once, as invalid_field.
std::variant<page, problem> read_page(const request& from);

/// The outside form of a position; clients see no number in it.
std::string to_cursor(std::uint64_t position);
std::optional<std::uint64_t> parse_cursor(std::string_view text);

/// `{"items":[…],"nextCursor":null|"…"}`; `next` is the position the next page begins after.
response list_response(nlohmann::ordered_json items, std::optional<std::uint64_t> next);

}  // namespace boxoffice::http
