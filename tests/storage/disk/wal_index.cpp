#include "tests/storage/disk/wal_index.hpp"

#include <sqlite3.h>

namespace boxoffice::test {
namespace {

std::uint32_t bits_of(int first, int count) {
  return ((1U << static_cast<unsigned>(count)) - 1U) << static_cast<unsigned>(first);
}

}  // namespace

void* wal_index::region(std::size_t n, std::size_t size, missing then) {
  if (n >= regions_.size() && then == missing::leave) return nullptr;
  while (n >= regions_.size())
    regions_.push_back(std::make_unique<std::byte[]>(size));
  return regions_[n].get();
}

bool wal_index::lock(holder& by, int first, int count, mode how) {
  const auto bits = bits_of(first, count);
  if (how == mode::shared) {
    if ((by.shared & bits) != 0) return true;
    for (int i = first; i < first + count; ++i)
      if (held_.at(static_cast<std::size_t>(i)) < 0) return false;
    for (int i = first; i < first + count; ++i)
      ++held_.at(static_cast<std::size_t>(i));
    by.shared |= bits;
    return true;
  }
  for (int i = first; i < first + count; ++i)
    if (held_.at(static_cast<std::size_t>(i)) != 0) return false;
  for (int i = first; i < first + count; ++i)
    held_.at(static_cast<std::size_t>(i)) = -1;
  by.exclusive |= bits;
  return true;
}

void wal_index::unlock(holder& by, int first, int count, mode how) {
  auto& mine = how == mode::shared ? by.shared : by.exclusive;
  for (int i = first; i < first + count; ++i) {
    const auto bit = bits_of(i, 1);
    if ((mine & bit) == 0) continue;
    auto& held = held_.at(static_cast<std::size_t>(i));
    held = how == mode::shared ? held - 1 : 0;
    mine &= ~bit;
  }
}

void wal_index::map(holder& by) {
  if (!by.mapped) ++mapped_;
  by.mapped = true;
}

void wal_index::unmap(holder& by) {
  unlock(by, 0, slots, mode::shared);
  unlock(by, 0, slots, mode::exclusive);
  if (!by.mapped) return;
  by.mapped = false;
  // The first one to open again starts with an empty index.
  if (--mapped_ == 0) regions_.clear();
}

bool wal_index::raise(holder& by, int level) {
  if (by.level >= level) return true;
  if (level == SQLITE_LOCK_SHARED) {
    if (pending_ != nullptr && pending_ != &by) return false;
    ++sharing_;
    by.level = level;
    return true;
  }
  if (reserved_ != nullptr && reserved_ != &by) return false;
  if (level == SQLITE_LOCK_RESERVED) {
    reserved_ = &by;
    by.level = level;
    return true;
  }
  if (pending_ != nullptr && pending_ != &by) return false;
  pending_ = &by;
  by.level = SQLITE_LOCK_PENDING;
  if (sharing_ > 1) return false;
  by.level = SQLITE_LOCK_EXCLUSIVE;
  return true;
}

void wal_index::lower(holder& by, int level) {
  if (by.level <= level) return;
  if (reserved_ == &by) reserved_ = nullptr;
  if (pending_ == &by) pending_ = nullptr;
  if (level == SQLITE_LOCK_NONE) --sharing_;
  by.level = level;
}

}  // namespace boxoffice::test
