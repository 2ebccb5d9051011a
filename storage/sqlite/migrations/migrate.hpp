#pragma once

#include "config/settings.hpp"
#include "storage/migrated.hpp"
#include "storage/sqlite/migrations/schema.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace boxoffice::sqlite {

/// Brings the database in `file` to the newest version of `of`, creating it if need be; each
/// migration in a transaction of its own, with the version it reaches.
/// **Faults** schema_too_new when the file is newer than this program; storage_error.
migrated migrate(const std::filesystem::path& file, const schema& of);

}  // namespace boxoffice::sqlite

namespace boxoffice {

/// Migrates the databases of a data directory but for queue_ranking; one line to print for each.
/// **Requires** the data directory to be held (data_directory). **Faults** as `sqlite::migrate`.
std::vector<std::string> migrate_sqlite(const std::filesystem::path& data_dir,
                                        const role_set& roles = every_role);
/// The same for the service queue_ranking alone.
std::string migrate_queue_ranking(const std::filesystem::path& data_dir);

}  // namespace boxoffice
