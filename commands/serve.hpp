#pragma once

#include "config/command_line.hpp"
#include "config/settings.hpp"

#include <string_view>

namespace boxoffice {

inline constexpr std::string_view version = "0.1.0";

/// Serves until told to stop, or until a store makes the process end.
/// **Faults** what the stores throw when they cannot be opened.
exit_code serve(const settings& how);

}  // namespace boxoffice
