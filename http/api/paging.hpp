#pragma once

#include "http/server/problem.hpp"
#include "http/server/request.hpp"
#include "http/server/response.hpp"

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

/// Reads `?limit=` (1..200, default 50) and `?cursor=`, which belongs to the list, the filters and
/// the user it was given for. **Rejects** both at once, as invalid_field.
std::variant<page, problem> read_page(const request& from);

/// The outside form of a position in the list that `asked` asks for: its path, its filters (every
/// query parameter but `limit` and `cursor`) and, on a route that needs a role, its user. Clients
/// see no number in it.
std::string to_cursor(const request& asked, std::uint64_t position);
/// Empty when `text` is no cursor, or one of another list, of other filters or of another user.
std::optional<std::uint64_t> parse_cursor(const request& asked, std::string_view text);

/// `{"items":[…],"nextCursor":null|"…"}`, the answer to `asked`; `next` is the position the next
/// page begins after.
response list_response(const request& asked, nlohmann::ordered_json items,
                       std::optional<std::uint64_t> next);

}  // namespace boxoffice::http
