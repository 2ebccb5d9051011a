#pragma once

#include <string>
#include <string_view>

namespace boxoffice {

/// Says that there is no `what` (a key, a variable) of this name: that it is gone and what took its
/// place, or which one was probably meant.
std::string is_unknown(std::string_view what, std::string_view name, const std::string& nearest);

/// The key or section that `unknown` was probably meant to be; empty when nothing is near.
std::string nearest_key(std::string_view unknown);
/// The same for the name of a variable.
std::string nearest_variable(std::string_view unknown);

}  // namespace boxoffice
