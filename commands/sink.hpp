#pragma once

#include "config/command_line.hpp"

namespace boxoffice {

/// Receives events by POST until told to stop; `failed` when the order of a key was broken.
/// **Faults** std::runtime_error when it cannot listen, or its file cannot be used.
exit_code sink(const command_arguments& asked);

}  // namespace boxoffice
