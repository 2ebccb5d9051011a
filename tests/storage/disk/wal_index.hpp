#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace boxoffice::test {

/// What the connections of one database share in memory (`-shm`) and lock. It holds nothing that
/// outlives them. **Thread**: under the disk's lock.
class wal_index {
 public:
  static constexpr int slots = 8;

  /// The locks that one connection has.
  struct holder {
    std::uint32_t shared{0}, exclusive{0};  // bits by slot
    int level{0};                           // of the database file: SQLITE_LOCK_…
    bool mapped{false};
  };

  /// The bytes of region `n`; null when it is not there and not wanted.
  enum class missing : std::uint8_t { leave, make };
  void* region(std::size_t n, std::size_t size, missing then);
  [[nodiscard]] std::size_t regions() const { return regions_.size(); }

  enum class mode : std::uint8_t { shared, exclusive };
  /// False when another connection is in the way.
  bool lock(holder& by, int first, int count, mode how);
  void unlock(holder& by, int first, int count, mode how);
  void map(holder& by);
  void unmap(holder& by);

  /// The levels of the database file, as SQLite counts them. False: busy.
  bool raise(holder& by, int level);
  void lower(holder& by, int level);
  [[nodiscard]] bool is_reserved() const { return reserved_ != nullptr; }

 private:
  std::vector<std::unique_ptr<std::byte[]>> regions_;
  std::array<int, slots> held_{};  // -1: exclusively; else by how many
  int mapped_{0};
  int sharing_{0};
  const holder* reserved_{nullptr};
  const holder* pending_{nullptr};
};

}  // namespace boxoffice::test
