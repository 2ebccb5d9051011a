#pragma once

#include <source_location>
#include <string_view>

namespace boxoffice {

/// Stops the process with the place and `what` when `holds` is false: a bug, never bad input.
/// **Why** always on: a ticket server that has lost track of itself must not go on selling.
void check(bool holds, std::string_view what,
           std::source_location where = std::source_location::current());

}  // namespace boxoffice
