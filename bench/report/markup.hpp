#pragma once

#include <string>
#include <string_view>

namespace boxoffice::report {

/// Text as it may stand in HTML and SVG, in attributes too.
std::string escaped(std::string_view text);

/// Three digits that count, without an exponent: 12300, 12.3, 0.0012.
std::string number(double value);

/// The same for an axis: 10k, 1.5M.
std::string short_number(double value);

}  // namespace boxoffice::report
