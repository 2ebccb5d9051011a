#pragma once

#include "actors/node/node_stores.hpp"
#include "config/settings.hpp"
#include "storage/books_parts.hpp"
#include "storage/sqlite/stores.hpp"

#include <filesystem>

/// Stores of a node in a data directory. **Faults** as stores.hpp.
namespace boxoffice {

/// Those of the four services that keep SQL which are in `roles`, into `into`; gives what the audit
/// reads of all of them, and no queue_ranking.
books_parts open_sqlite_stores(const std::filesystem::path& data_dir, node_stores& into,
                               const role_set& roles = every_role, const storage_tuning& how = {});
/// Waiting rooms and rankings, in the same way.
books_part open_embedded_queue_ranking(const std::filesystem::path& data_dir, node_stores& into,
                                       const storage_tuning& how = {});
/// All five.
node_stores open_node_stores(const std::filesystem::path& data_dir, const storage_tuning& how = {});

}  // namespace boxoffice
