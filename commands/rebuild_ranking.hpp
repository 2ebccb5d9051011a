#pragma once

#include "config/command_line.hpp"
#include "config/settings.hpp"

namespace boxoffice {

/// Counts both rankings anew from the payments, while no server runs. Prints what it did; when it
/// was killed in the middle it is run once more.
/// **Faults** what the stores throw; data_directory_in_use while a server runs.
exit_code rebuild_ranking(const settings& how);

}  // namespace boxoffice
