#pragma once

#include "http/document/problem_words.hpp"

#include <string>
#include <string_view>

namespace boxoffice::http {

/// `text` as HTML; what stands in back quotes is code.
std::string to_html(std::string_view text);
/// `text` as the value of an attribute, or as text without any mark-up.
std::string escaped(std::string_view text);
/// A whole page around `body`, with our style and no script.
std::string html_page(language in, std::string_view title, std::string_view body);

/// What pages may load: our style, and nothing else. **Source**: CSP Level 3.
inline constexpr const char* page_policy =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";
inline constexpr const char* style_path = "/docs/style.css";
/// The style sheet.
extern const std::string_view page_style;

}  // namespace boxoffice::http
