#include "tests/storage/disk/disk_file.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace boxoffice::test {

/// Replays the changes on what the disk holds, and lets some of them go.
class disk_file::survivors {
 public:
  survivors(std::string on_disk, chance& luck, unsigned keep_percent)
      : on_disk_{std::move(on_disk)}, luck_{luck}, keep_percent_{keep_percent} {}

  void take(const change& c) {
    if (c.what == change::kind::write) return take_write(c);
    if (luck_.percent(keep_percent_)) on_disk_.resize(c.offset);
  }
  std::string& on_disk() { return on_disk_; }
  [[nodiscard]] const loss_counts& counts() const { return counts_; }

 private:
  enum class fate : std::uint8_t { kept, torn, dropped };

  void take_write(const change& c) {
    std::size_t kept = 0;
    std::size_t pieces = 0;
    bool torn = false;
    for (std::uint64_t at = 0; at < c.bytes.size(); ++pieces) {
      const auto offset = c.offset + at;
      const auto length =
          std::min<std::uint64_t>(c.bytes.size() - at, sector_bytes - offset % sector_bytes);
      const auto piece = std::string_view{c.bytes}.substr(at, length);
      switch (decide(offset / sector_bytes)) {
        case fate::kept:
          put(on_disk_, offset, piece);
          ++kept;
          break;
        case fate::torn:
          put(on_disk_, offset, piece.substr(0, luck_.below(length)));
          torn = true;
          break;
        case fate::dropped:
          grow_without_data(offset + length);
          break;
      }
      at += length;
    }
    if (!torn && kept == pieces)
      ++counts_.kept;
    else if (!torn && kept == 0)
      ++counts_.dropped;
    else
      ++counts_.torn;
  }

  fate decide(std::uint64_t sector) {
    // After one write to a sector was lost, the sector holds what was there before it.
    if (stopped_.contains(sector)) return fate::dropped;
    if (luck_.percent(keep_percent_)) return fate::kept;
    stopped_.insert(sector);
    return luck_.percent(5) ? fate::torn : fate::dropped;
  }

  // The size of a file can be durable before what it was extended for.
  void grow_without_data(std::uint64_t size) {
    if (size <= on_disk_.size() || !luck_.percent(25)) return;
    const auto filler = luck_.percent(50) ? '\0' : static_cast<char>(luck_.below(256));
    on_disk_.resize(size, filler);
  }

  std::string on_disk_;
  chance& luck_;
  const unsigned keep_percent_;
  std::unordered_set<std::uint64_t> stopped_;  // sectors that take nothing more
  loss_counts counts_;
};

void disk_file::put(std::string& at, std::uint64_t offset, std::string_view bytes) {
  if (bytes.empty()) return;
  if (at.size() < offset + bytes.size()) at.resize(offset + bytes.size());
  std::copy(bytes.begin(), bytes.end(), at.begin() + static_cast<std::ptrdiff_t>(offset));
}

void disk_file::write(std::uint64_t offset, std::string_view bytes) {
  put(content_, offset, bytes);
  unsynced_.push_back({change::kind::write, offset, std::string{bytes}});
}

void disk_file::truncate(std::uint64_t size) {
  content_.resize(size);
  unsynced_.push_back({change::kind::truncate, size, {}});
}

void disk_file::sync() {
  for (const auto& c : unsynced_) {
    if (c.what == change::kind::write)
      put(durable_, c.offset, c.bytes);
    else
      durable_.resize(c.offset);
  }
  unsynced_.clear();
}

loss_counts disk_file::fail_sync(chance& luck, cache then) {
  survivors left{std::move(durable_), luck, static_cast<unsigned>(luck.below(101))};
  for (const auto& c : std::exchange(unsynced_, {}))
    left.take(c);
  durable_ = std::move(left.on_disk());
  if (then == cache::reverts) content_ = durable_;
  return left.counts();
}

loss_counts disk_file::lose_power(chance& luck, unsigned keep_percent) {
  survivors left{std::move(durable_), luck, keep_percent};
  for (const auto& c : std::exchange(unsynced_, {}))
    left.take(c);
  durable_ = std::move(left.on_disk());
  content_ = durable_;
  return left.counts();
}

}  // namespace boxoffice::test
