#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

namespace boxoffice::compare {

/// The shop of bench/sql/monolith.sql in one embedded SQLite database, as a program without
/// services, actors or HTTP would write it: one connection, one thread, statements prepared once,
/// WAL, synchronous = FULL. **Thread**: the owner's.
class sqlite_shop {
 public:
  /// Makes the file, with `seats` seats on sale and as many accounts with points.
  sqlite_shop(const std::filesystem::path& file, std::uint64_t seats);
  ~sqlite_shop();
  sqlite_shop(const sqlite_shop&) = delete;
  sqlite_shop& operator=(const sqlite_shop&) = delete;

  void begin();
  void commit();
  /// User `number` holds seat `number`; returns the reservation. **Requires** a transaction, and
  /// throws std::runtime_error when a rule refuses.
  std::int64_t hold(std::int64_t number);
  /// Pays for it. **Requires** and throws likewise.
  void pay(std::int64_t number, std::int64_t reservation);

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace boxoffice::compare
