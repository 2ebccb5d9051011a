#pragma once

#include "config/settings_values.hpp"

#include <string>
#include <utility>
#include <vector>

namespace boxoffice {

/// What is wrong with the keys of tickets: the member, and a sentence that begins behind its name.
/// Whether a key in PEM is one of Ed25519 shows when it is read.
std::vector<std::pair<setting_field, std::string>> ticket_faults(settings& of);

}  // namespace boxoffice
