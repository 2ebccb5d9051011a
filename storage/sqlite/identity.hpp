#pragma once

#include "storage/store_identity.hpp"

#include <filesystem>
#include <string>

namespace boxoffice {

/// Of the database in `file`, which is named after its service. **Faults** storage_error, `damaged`
/// when it is none.
store_identity sqlite_identity(const std::filesystem::path& file);

/// 128 random bits, as text; from the generator of SQLite, which the operating system seeds.
std::string new_installation_id();

}  // namespace boxoffice
