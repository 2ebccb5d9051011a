#pragma once

#include <string>

namespace boxoffice {

/// What a migration did to the schema of one service.
struct migrated {
  int from{0};  ///< 0: there was no database
  int to{0};
};

/// For an operator: `point: version 1 -> 2`.
inline std::string describe(const std::string& service, const migrated& done) {
  const auto version = std::to_string(done.to);
  if (done.from == done.to) return service + ": version " + version + ", nothing to do";
  if (done.from == 0) return service + ": created, version " + version;
  return service + ": version " + std::to_string(done.from) + " -> " + version;
}

}  // namespace boxoffice
