#pragma once

#include <filesystem>

namespace boxoffice {

/// Copies the databases of a data directory into the new directory `to`, also while a server writes
/// them: all as they were at one moment, payment's first, so that every payment under way can be
/// finished or undone from the copies, as after a crash. On the disk when it returns.
/// **Faults** storage_error: a database is missing, `to` is there and not empty.
void back_up_sqlite(const std::filesystem::path& data_dir, const std::filesystem::path& to);

/// Copies a backup into a data directory that has no databases yet. **Requires** the directory to
/// be held. **Faults** storage_error: a database is missing in `from`, or there in `data_dir`.
void restore_sqlite(const std::filesystem::path& from, const std::filesystem::path& data_dir);

}  // namespace boxoffice
