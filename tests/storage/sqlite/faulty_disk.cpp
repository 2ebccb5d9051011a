#include "tests/storage/sqlite/faulty_disk.hpp"

#include <cstring>
#include <map>
#include <stdexcept>

namespace boxoffice::test {
namespace {

faulty_disk::fault current = faulty_disk::fault::none;
int times_left = 0;

bool fails(faulty_disk::fault what) {
  if (current != what || times_left == 0) return false;
  --times_left;
  return true;
}

// The methods of the files of the system's VFS, with two of them replaced. Each set of methods of
// the original gets its own copy, because the system has several.
struct wrapped_methods {
  sqlite3_io_methods ours;
  const sqlite3_io_methods* theirs;
};
std::map<const sqlite3_io_methods*, wrapped_methods>& wrapped() {
  static std::map<const sqlite3_io_methods*, wrapped_methods> all;
  return all;
}

const sqlite3_io_methods* original(sqlite3_file* file) {
  return reinterpret_cast<const wrapped_methods*>(file->pMethods)->theirs;
}

int faulty_sync(sqlite3_file* file, int flags) {
  if (fails(faulty_disk::fault::sync)) return SQLITE_IOERR_FSYNC;
  return original(file)->xSync(file, flags);
}

int faulty_write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  if (fails(faulty_disk::fault::full)) return SQLITE_FULL;
  return original(file)->xWrite(file, data, size, offset);
}

sqlite3_vfs* system_vfs = nullptr;

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  const int result = system_vfs->xOpen(system_vfs, name, file, flags, out_flags);
  if (file->pMethods == nullptr) return result;
  auto& w = wrapped()[file->pMethods];
  w.theirs = file->pMethods;
  w.ours = *file->pMethods;
  w.ours.xSync = faulty_sync;
  w.ours.xWrite = faulty_write;
  file->pMethods = &w.ours;
  return result;
}

sqlite3_vfs faulty{};

}  // namespace

faulty_disk::faulty_disk() : before_{sqlite3_vfs_find(nullptr)} {
  system_vfs = before_;
  faulty = *before_;
  faulty.zName = "faulty";
  faulty.pNext = nullptr;
  faulty.xOpen = open_file;
  if (sqlite3_vfs_register(&faulty, 1) != SQLITE_OK) throw std::runtime_error{"no faulty disk"};
}

faulty_disk::~faulty_disk() {
  fail(fault::none, 0);
  sqlite3_vfs_unregister(&faulty);
  sqlite3_vfs_register(before_, 1);
}

void faulty_disk::fail(fault what, int times) {
  current = what;
  times_left = times;
}

}  // namespace boxoffice::test
