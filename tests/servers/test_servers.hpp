#pragma once

#include <filesystem>
#include <string>

namespace boxoffice::test {

/// A PostgreSQL database that is there as long as this, on the server that all tests share: the one
/// of CTest (TEST_SERVERS names its folder), or one that this program starts at first use
/// and ends with itself.
class test_database {
 public:
  test_database();
  ~test_database();
  test_database(const test_database&) = delete;
  test_database& operator=(const test_database&) = delete;

  /// Location as the stores take it.
  [[nodiscard]] std::string url() const;
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::string name_;
};

/// The server that all tests share, as a role that may make databases.
std::string postgres_server_url();

/// The folder of that server's socket, for who reaches it by no network. **Requires** the right to
/// enter it, which root has.
std::filesystem::path postgres_socket_folder();

/// The Redis that all tests share.
std::string redis_server_url();
std::filesystem::path redis_socket();
/// Where keys of a name of its own are, on the Redis that all tests share.
std::string redis_url();

/// Servers of a test's own, which it may kill.
class own_servers {
 public:
  enum class disk : bool { endless, can_be_full };
  /// `which` of `postgres`, `pooler` (a PgBouncer before it, after it in the list), `redis`,
  /// `replica` (of that Redis), `sentinel` (of both, who call their master "boss"), with blanks
  /// between.
  explicit own_servers(std::string which, disk room = disk::endless);
  /// A PostgreSQL that follows that of `primary`, read-only until it is promoted.
  struct standby_of {
    const own_servers& primary;
  };
  explicit own_servers(const standby_of& of);
  ~own_servers();
  own_servers(const own_servers&) = delete;
  own_servers& operator=(const own_servers&) = delete;

  [[nodiscard]] int postgres_port() const;
  /// As a role that may make databases.
  [[nodiscard]] std::string postgres_url() const;
  [[nodiscard]] int pooler_port() const;
  /// Starts the pooler anew with this `pool_mode`.
  void pool(const std::string& mode) const;
  [[nodiscard]] int redis_port() const;
  [[nodiscard]] int replica_port() const;
  [[nodiscard]] int sentinel_port() const;
  [[nodiscard]] std::filesystem::path redis_socket() const;
  /// What redis-cli says to a command, in one line or more; throws when it fails.
  [[nodiscard]] std::string redis(const std::string& command) const;
  /// Runs SQL in a database; throws std::runtime_error when it fails.
  void sql(const std::string& database, const std::string& text) const;
  /// As kill -9 on all its processes would: what was committed is there after `start`.
  void kill_postgres() const;
  void kill_redis() const;
  void kill_pooler() const;
  /// Starts what does not run, on the same data and ports.
  void start() const;
  /// From now on tables do not grow. **Requires** disk::can_be_full.
  void fill_disk() const;
  void make_room() const;

 private:
  std::string which_;
  disk room_{disk::endless};
  std::filesystem::path directory_;
};

}  // namespace boxoffice::test
