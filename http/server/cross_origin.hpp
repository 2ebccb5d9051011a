#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice::http {

struct request;
struct response;

/// Whether the request comes from a page of another origin that may read the answer.
bool is_allowed_origin(const request& about, const std::vector<std::string>& origins);

/// The answer to a browser that asks before it asks; empty when the request is no such question.
/// `allow` names the methods of the path.
std::optional<response> answer_preflight(const request& about, std::string_view allow,
                                         const std::vector<std::string>& origins);

/// Lets the page read the answer and those of its headers that docs/API.md names. No cookies are
/// ever taken, so nothing is said of credentials. **Source**: Fetch standard, 3.2.
void allow_origin(response& answer, const request& about, const std::vector<std::string>& origins);

}  // namespace boxoffice::http
