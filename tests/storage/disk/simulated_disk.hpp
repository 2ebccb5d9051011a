#pragma once

#include "tests/storage/disk/chance.hpp"
#include "tests/storage/disk/disk_file.hpp"
#include "tests/storage/disk/wal_index.hpp"

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3_vfs;

namespace boxoffice::test {

enum class disk_operation : std::uint8_t { read, write, sync, truncate, create, remove };
const char* name_of(disk_operation what);

/// What happened on a disk, for a test to print and to check that it saw what it is about.
struct disk_counts {
  std::uint64_t writes{0}, syncs{0}, power_cuts{0}, entries_lost{0};
  loss_counts lost_in_cuts;
  loss_counts lost_in_failed_syncs;
  std::uint64_t full{0};                           ///< writes refused for want of room
  std::map<std::string, std::uint64_t> failed_by;  ///< "point.db-wal sync" → how often
  std::map<std::string, std::uint64_t> cut_in;     ///< the same, for the operation that was cut
};

/// A disk in memory under every SQLite connection opened while it lives: the files, the log and its
/// shared index go through it. It can be full, fail, and lose its power.
///
/// Directory entries are durable after a sync of the directory, which SQLite asks for where its own
/// Unix layer does: with the first sync of a journal, and when it deletes one for good.
/// **Thread**: any; faults are drawn in the order of the operations.
class simulated_disk {
 public:
  explicit simulated_disk(std::uint64_t seed);
  ~simulated_disk();
  simulated_disk(const simulated_disk&) = delete;
  simulated_disk& operator=(const simulated_disk&) = delete;

  /// Where the databases are.
  static constexpr const char* directory = "/simulated";

  // --- Faults. `file`: the end of the name, such as "payment.db-wal"; empty for all.

  /// The next `times` operations of the kind fail.
  void fail(disk_operation what, int times, std::string file = {});
  /// From now on each of the kind fails with this probability.
  void fail_at_random(disk_operation what, unsigned percent, std::string file = {});
  /// No room for more than what is there and `bytes`.
  void fill_up_to(std::uint64_t bytes_left);
  /// Room enough, and no faults.
  void mend();
  /// What programs see after a sync that failed.
  void after_failed_sync(disk_file::cache then);
  /// A disk that says "synced" and does nothing: what `synchronous = OFF` amounts to.
  void lie_about_syncs() { lying_ = true; }

  // --- Power.

  /// The power goes in the `n`-th write, sync, truncation, creation or removal from now, from 1.
  void cut_power_in(std::uint64_t n);
  /// The power goes in the `n`-th sync from now.
  void cut_power_in_sync(std::uint64_t n);
  void cut_power();
  [[nodiscard]] bool has_power() const;
  /// **Requires** that every connection is closed: they did not survive.
  void restore_power();

  [[nodiscard]] disk_counts counts() const;
  [[nodiscard]] std::uint64_t bytes_used() const;
  /// Writes the files as they are into a real directory, to look at.
  void save_to(const std::string& directory) const;

 private:
  friend class disk_handle;
  friend struct disk_vfs;

  struct entry {
    std::shared_ptr<disk_file> file;
    std::shared_ptr<wal_index> index;
  };
  struct rule {
    disk_operation what;
    std::string file;
    int times;  // -1: at random
    unsigned percent;
  };

  // With the lock held.
  bool fails(disk_operation what, const std::string& file);
  /// Counts one operation; true when the power goes in it.
  bool goes_dark(disk_operation what, const std::string& file);
  bool has_room_for(const disk_file& file, std::uint64_t end) const;
  void sync_directory() { durable_entries_ = entries_; }
  void lose_power();

  mutable std::mutex lock_;
  chance luck_;
  std::map<std::string, entry> entries_, durable_entries_;
  std::vector<rule> rules_;
  std::uint64_t room_{std::numeric_limits<std::uint64_t>::max()};
  std::optional<std::uint64_t> cut_in_, cut_in_sync_;
  bool powered_{true};
  bool lying_{false};
  disk_file::cache after_failed_sync_{disk_file::cache::keeps};
  int open_handles_{0};
  disk_counts counts_;
  std::unique_ptr<sqlite3_vfs> vfs_;
  sqlite3_vfs* before_{nullptr};
  std::string vfs_name_;
};

}  // namespace boxoffice::test
