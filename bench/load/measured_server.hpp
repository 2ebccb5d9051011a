#pragma once

#include "tests/rush/postgres_databases.hpp"
#include "tests/rush/server_process.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace boxoffice::load {

/// A server on a scratch directory, or on databases made for it, that goes away with this.
class measured_server {
 public:
  /// `postgres`: URL of a PostgreSQL server that keeps its data; empty: SQLite files.
  measured_server(const std::filesystem::path& program, const std::string& postgres,
                  const std::vector<std::string>& settings = {});

  [[nodiscard]] const std::string& url() const { return process_->url(); }
  [[nodiscard]] pid_t pid() const { return process_->pid(); }

 private:
  std::optional<rush::postgres_databases> databases_;
  rush::scratch_directory scratch_{"boxoffice-load"};
  std::optional<rush::server_process> process_;
};

}  // namespace boxoffice::load
