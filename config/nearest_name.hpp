#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace boxoffice {

/// The nearest of `known` within a third of its length; else the one with the same last part, so
/// that `hold_seconds` and `seats.hold_seconds` find `reservation.hold_seconds`. Empty: none.
std::string nearest_name(std::string_view unknown, const std::vector<std::string>& known);

}  // namespace boxoffice
