#pragma once

#include "tests/rush/findings.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace boxoffice::rush {

/// What `boxoffice audit --json` said.
struct audit_run {
  std::optional<int> code;  ///< none: it did not end in time
  nlohmann::json report;    ///< null when it said nothing that is JSON
  std::string errors;

  /// The violations, one a line, or why there is no report; empty when all is well.
  [[nodiscard]] std::string faults() const;
};

/// Runs the server's own audit on its data directory, with or without the server.
audit_run audit(const std::filesystem::path& program, const std::filesystem::path& data_dir,
                const std::vector<std::string>& more = {});

/// The same as findings.
findings check_audit(const audit_run& ran);

}  // namespace boxoffice::rush
