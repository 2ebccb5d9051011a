#pragma once

#include "storage/sqlite/migrations/schema.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace boxoffice::sqlite {

struct migrated {
  int from{0};  ///< 0: there was no database
  int to{0};
};

/// Brings the database in `file` to the newest version of `of`, creating it if need be; each
/// migration in a transaction of its own, with the version it reaches.
/// **Faults** schema_too_new when the file is newer than this program; storage_error.
migrated migrate(const std::filesystem::path& file, const schema& of);

}  // namespace boxoffice::sqlite

namespace boxoffice {

/// Migrates the five databases of a data directory; one line to print for each.
/// **Requires** the data directory to be held (data_directory). **Faults** as `sqlite::migrate`.
std::vector<std::string> migrate_all(const std::filesystem::path& data_dir);

}  // namespace boxoffice
