#pragma once

#include "tests/storage/disk/chance.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice::test {

/// What became of writes that no sync had made durable.
struct loss_counts {
  std::uint64_t kept{0};     ///< whole
  std::uint64_t dropped{0};  ///< without a trace
  std::uint64_t torn{0};     ///< some sectors, or a part of one
};

/// A file as programs see it and as the disk holds it, which differ until a sync.
///
/// A sector is written whole or not at all, except one that a power cut tears; bytes that were not
/// written stay as they are (what SQLite calls powersafe overwrite). Writes to different sectors
/// become durable in any order; those to one sector in theirs.
class disk_file {
 public:
  static constexpr std::uint64_t sector_bytes = 512;

  [[nodiscard]] std::uint64_t size() const { return content_.size(); }
  [[nodiscard]] const std::string& content() const { return content_; }
  [[nodiscard]] bool is_clean() const { return unsynced_.empty(); }

  void write(std::uint64_t offset, std::string_view bytes);
  void truncate(std::uint64_t size);
  /// All of it is durable from now on.
  void sync();
  enum class cache : std::uint8_t {
    keeps,   ///< programs go on seeing what was written (ext4, XFS)
    reverts  ///< programs see what the disk holds (Btrfs, or a page that was evicted)
  };
  /// A sync that fails: of what it had to write, each sector is durable or not, and all of it
  /// counts as clean, so that no later sync writes it again. **Source**: Rebello et al., "Can
  /// applications recover from fsync failures?", USENIX ATC 2020.
  loss_counts fail_sync(chance& luck, cache then);
  /// What is there when the power comes back. `keep_percent` of the sectors are durable.
  loss_counts lose_power(chance& luck, unsigned keep_percent);

 private:
  struct change {
    enum class kind : std::uint8_t { write, truncate } what;
    std::uint64_t offset;  // truncate: the size
    std::string bytes;
  };
  class survivors;

  static void put(std::string& at, std::uint64_t offset, std::string_view bytes);

  std::string content_, durable_;
  std::vector<change> unsynced_;
};

}  // namespace boxoffice::test
