#pragma once

#include "config/limits.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace boxoffice::http {

/// How long a text may be. **Units**: Unicode characters.
struct text_bounds {
  std::size_t least{1};
  std::size_t most{limits::title_chars_max};
};

/// Why a text of any number of lines is not acceptable; empty when it is. **Rejects** lengths out
/// of bounds, and control characters but tab and line breaks. **Requires** UTF-8.
std::string fault_of_text(std::string_view text, text_bounds bounds);

/// The same for what stands on one line of a page, a ticket or a list: a title, a name, a place.
/// **Rejects** besides: every control character, line and paragraph separators, marks that change
/// the direction of writing (they make a line show other words than it holds), and a line on which
/// nothing is to be seen. **Requires** UTF-8. **Source**: Unicode, 23.2 and UAX #9.
std::string fault_of_line(std::string_view text, text_bounds bounds);

}  // namespace boxoffice::http
