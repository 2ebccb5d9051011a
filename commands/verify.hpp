#pragma once

#include "config/command_line.hpp"
#include "config/settings.hpp"

namespace boxoffice {

/// Says what a ticket is for when one of the keys of the settings has signed it.
exit_code verify(const settings& how, const command_arguments& asked);

}  // namespace boxoffice
