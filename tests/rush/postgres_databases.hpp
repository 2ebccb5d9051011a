#pragma once

#include <filesystem>
#include <string>

namespace boxoffice::rush {

/// Four databases on a PostgreSQL server, one for each service that has one, which go away with
/// this. Throws std::exception when the server does not make them.
class postgres_databases {
 public:
  /// `server`: the URL of a database of the server, as a role that may make others:
  /// `postgresql://user@host:port/postgres`.
  explicit postgres_databases(std::string server);
  ~postgres_databases();
  postgres_databases(const postgres_databases&) = delete;
  postgres_databases& operator=(const postgres_databases&) = delete;

  /// Where the database of `service` is.
  [[nodiscard]] std::string url(const std::string& service) const;
  /// Writes a settings file that names them, at the `host:port` of the server or of what stands
  /// before it.
  void write_settings(const std::filesystem::path& file,
                      const std::string& host_and_port = {}) const;

 private:
  const std::string server_;
  const std::string prefix_;
};

}  // namespace boxoffice::rush
