#include "tests/storage/disk/simulated_disk.hpp"

#include "tests/storage/disk/disk_vfs.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <sqlite3.h>
#include <stdexcept>
#include <utility>

namespace boxoffice::test {
namespace {

std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

void add(loss_counts& to, const loss_counts& more) {
  to.kept += more.kept;
  to.dropped += more.dropped;
  to.torn += more.torn;
}

}  // namespace

const char* name_of(disk_operation what) {
  switch (what) {
    case disk_operation::read:
      return "read";
    case disk_operation::write:
      return "write";
    case disk_operation::sync:
      return "sync";
    case disk_operation::truncate:
      return "truncate";
    case disk_operation::create:
      return "create";
    case disk_operation::remove:
      return "remove";
  }
  return "?";
}

simulated_disk::simulated_disk(std::uint64_t seed)
    : luck_{seed}, vfs_{std::make_unique<sqlite3_vfs>()}, before_{sqlite3_vfs_find(nullptr)} {
  static std::atomic<int> number{0};
  vfs_name_ = "simulated-" + std::to_string(++number);
  fill_vfs(*vfs_, *before_, *this, vfs_name_.c_str());
  if (sqlite3_vfs_register(vfs_.get(), 1) != SQLITE_OK)
    throw std::runtime_error{"the simulated disk cannot be registered"};
  sqlite3_randomness(0, nullptr);  // seeded anew from this disk, so that a seed repeats its run
}

simulated_disk::~simulated_disk() {
  sqlite3_vfs_unregister(vfs_.get());
  sqlite3_vfs_register(before_, 1);
  sqlite3_randomness(0, nullptr);
}

void simulated_disk::fail(disk_operation what, int times, std::string file) {
  const std::scoped_lock hold{lock_};
  rules_.push_back({what, std::move(file), times, 0});
}

void simulated_disk::fail_at_random(disk_operation what, unsigned percent, std::string file) {
  const std::scoped_lock hold{lock_};
  rules_.push_back({what, std::move(file), -1, percent});
}

void simulated_disk::fill_up_to(std::uint64_t bytes_left) {
  const auto used = bytes_used();
  const std::scoped_lock hold{lock_};
  room_ = used + bytes_left;
}

void simulated_disk::mend() {
  const std::scoped_lock hold{lock_};
  rules_.clear();
  room_ = std::numeric_limits<std::uint64_t>::max();
}

void simulated_disk::after_failed_sync(disk_file::cache then) {
  const std::scoped_lock hold{lock_};
  after_failed_sync_ = then;
}

void simulated_disk::cut_power_in(std::uint64_t n) {
  const std::scoped_lock hold{lock_};
  cut_in_ = n;
}

void simulated_disk::cut_power_in_sync(std::uint64_t n) {
  const std::scoped_lock hold{lock_};
  cut_in_sync_ = n;
}

void simulated_disk::cut_power() {
  const std::scoped_lock hold{lock_};
  if (powered_) lose_power();
}

bool simulated_disk::has_power() const {
  const std::scoped_lock hold{lock_};
  return powered_;
}

void simulated_disk::restore_power() {
  const std::scoped_lock hold{lock_};
  if (open_handles_ != 0) throw std::logic_error{"a connection survived the power cut"};
  for (auto& [name, at] : entries_)
    at.index = std::make_shared<wal_index>();
  powered_ = true;
  cut_in_.reset();
  cut_in_sync_.reset();
}

disk_counts simulated_disk::counts() const {
  const std::scoped_lock hold{lock_};
  return counts_;
}

std::uint64_t simulated_disk::bytes_used() const {
  const std::scoped_lock hold{lock_};
  std::uint64_t used = 0;
  for (const auto& [name, at] : entries_)
    used += at.file->size() + at.index->regions() * 32'768;
  return used;
}

void simulated_disk::save_to(const std::string& target) const {
  const std::scoped_lock hold{lock_};
  std::filesystem::create_directories(target);
  for (const auto& [name, at] : entries_)
    std::ofstream{target + "/" + last_part(name), std::ios::binary} << at.file->content();
}

bool simulated_disk::fails(disk_operation what, const std::string& file) {
  for (auto& r : rules_) {
    if (r.what != what || r.times == 0 || !file.ends_with(r.file)) continue;
    if (r.times < 0 && !luck_.percent(r.percent)) continue;
    if (r.times > 0) --r.times;
    ++counts_.failed_by[last_part(file) + " " + name_of(what)];
    return true;
  }
  return false;
}

bool simulated_disk::goes_dark(disk_operation what, const std::string& file) {
  const bool in_this = cut_in_ && --*cut_in_ == 0;
  const bool in_this_sync = what == disk_operation::sync && cut_in_sync_ && --*cut_in_sync_ == 0;
  if (!in_this && !in_this_sync) return false;
  ++counts_.cut_in[last_part(file) + " " + name_of(what)];
  lose_power();
  return true;
}

bool simulated_disk::has_room_for(const disk_file& file, std::uint64_t end) const {
  if (end <= file.size() || room_ == std::numeric_limits<std::uint64_t>::max()) return true;
  std::uint64_t used = end - file.size();
  for (const auto& [name, at] : entries_)
    used += at.file->size() + at.index->regions() * 32'768;
  return used <= room_;
}

void simulated_disk::lose_power() {
  ++counts_.power_cuts;
  powered_ = false;
  // Each entry that differs is there as it was, or as it became.
  auto survived = durable_entries_;
  for (const auto& [name, at] : entries_) {
    const auto before = durable_entries_.find(name);
    if (before != durable_entries_.end() && before->second.file == at.file) continue;
    if (luck_.percent(50))
      survived[name] = at;
    else
      ++counts_.entries_lost;
  }
  for (const auto& [name, at] : durable_entries_)
    if (!entries_.contains(name) && luck_.percent(50)) survived.erase(name);
  constexpr unsigned kept[] = {0, 20, 50, 80, 100};
  const auto keep_percent = kept[luck_.below(std::size(kept))];
  for (const auto& [name, at] : survived)
    add(counts_.lost_in_cuts, at.file->lose_power(luck_, keep_percent));
  entries_ = durable_entries_ = std::move(survived);
}

}  // namespace boxoffice::test
