#pragma once

#include "config/settings_values.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace boxoffice {

/// What a TOML file holds, in the order of its lines.
struct settings_file {
  struct entry {
    std::string key;          ///< dotted
    std::string key_place;    ///< `file:line:column` of the key
    std::string value_place;  ///< and of the value
    raw_value value;
  };
  /// One table of a list of tables; the keys of its entries are names without dots.
  struct table {
    std::string place;
    std::vector<entry> entries;
  };
  std::vector<entry> entries;
  std::vector<table> issuers;
  settings_mistakes mistakes;  ///< why nothing was read: no such file, no TOML
};

/// Reads the file down to the keys. A table that is no section of known keys is one entry, with its
/// content left out. Never throws.
settings_file read_settings_file(const std::filesystem::path& path);

}  // namespace boxoffice
