#pragma once

#include "actors/core/idempotency.hpp"
#include "actors/core/ids.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

namespace boxoffice::http {

/// Why a text is not JSON as we take it, as the rest of a sentence: "is not JSON at byte 5".
struct json_fault {
  std::string detail;
};

/// Reads one JSON value, strictly. **Rejects** what RFC 8259 does not allow, bytes that are not
/// UTF-8, lone surrogates, anything after the value, more than `limits::json_depth_levels_max`
/// levels, and a member name that occurs twice in one object (which value counts would be a matter
/// of taste).
std::variant<nlohmann::json, json_fault> parse_json(std::string_view text);

/// The same for the same JSON value, whatever the order of members and the white space; 1 and 1.0
/// are different values.
digest digest_of(const nlohmann::json& value);

/// Of a sequence of texts of any bytes; "a", "bc" is another sequence than "ab", "c".
digest digest_of_parts(const std::vector<std::string>& parts);

/// What a retry is recognised by. `method` and `path` as they are on the wire, the path decoded.
request_key make_request_key(const user_id& user, std::string_view method, std::string_view path,
                             std::string_view key, const nlohmann::json& body);

}  // namespace boxoffice::http
