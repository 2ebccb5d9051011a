#pragma once

#include "actors/node/node_stores.hpp"
#include "storage/sqlite/stores.hpp"

#include <filesystem>

namespace boxoffice {

/// Opens the five stores of a node in `data_dir`. **Faults** as stores.hpp.
node_stores open_node_stores(const std::filesystem::path& data_dir, const storage_tuning& how = {});

}  // namespace boxoffice
