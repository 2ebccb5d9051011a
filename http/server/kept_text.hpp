#pragma once

#include "http/server/gzip.hpp"
#include "http/server/request.hpp"
#include "http/server/response.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace boxoffice::http {

/// A text that many answers share, and the tag of its content.
struct kept_text {
  std::string_view type;  ///< a literal
  std::shared_ptr<shared_text> text;
  std::string tag;  ///< in quotes
};
/// `type` must be a literal.
kept_text keep_text(std::string_view type, std::string plain);
/// With the compressed form, which somebody has made before.
kept_text keep_text(std::string_view type, std::string plain, std::string compressed);

/// The text, or 304 for whoever has it; with its `ETag` and `Cache-Control`.
response answer_with(const kept_text& kept, const request& from, const char* caching);

/// A document for people: it loads what `policy` lets it, nobody guesses its type, and it tells
/// nobody where its reader comes from. **Source**: CSP Level 3.
response as_page(response answer, std::string policy);

}  // namespace boxoffice::http
