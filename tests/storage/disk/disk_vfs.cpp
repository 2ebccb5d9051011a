// SQLite's view of the simulated disk. **Source** of what is asked of each method:
// sqlite.org/c3ref/io_methods.html and sqlite.org/c3ref/vfs.html.
#include "tests/storage/disk/disk_vfs.hpp"

#include "tests/storage/disk/simulated_disk.hpp"

#include <algorithm>
#include <atomic>
#include <sqlite3.h>
#include <string_view>
#include <utility>

namespace boxoffice::test {

/// One opened file. Every method holds the disk's lock.
class disk_handle {
 public:
  disk_handle(simulated_disk& disk, std::string name, simulated_disk::entry at,
              bool syncs_directory)
      : disk_{disk}, name_{std::move(name)}, at_{std::move(at)}, syncs_directory_{syncs_directory} {
    ++disk_.open_handles_;
  }
  ~disk_handle() {
    const std::scoped_lock hold{disk_.lock_};
    at_.index->unmap(locks_);
    at_.index->lower(locks_, SQLITE_LOCK_NONE);
    --disk_.open_handles_;
  }
  disk_handle(const disk_handle&) = delete;
  disk_handle& operator=(const disk_handle&) = delete;

  int read(void* to, int size, sqlite3_int64 offset) {
    const std::scoped_lock hold{disk_.lock_};
    if (!disk_.powered_ || disk_.fails(disk_operation::read, name_)) return SQLITE_IOERR_READ;
    const auto& content = at_.file->content();
    const auto begin = std::min<std::size_t>(static_cast<std::size_t>(offset), content.size());
    const auto wanted = static_cast<std::size_t>(size);
    const auto found = std::min(wanted, content.size() - begin);
    auto* end = std::copy_n(content.data() + begin, found, static_cast<char*>(to));
    if (found == wanted) return SQLITE_OK;
    std::fill_n(end, wanted - found, '\0');
    return SQLITE_IOERR_SHORT_READ;
  }

  int write(const void* from, int size, sqlite3_int64 offset) {
    const std::scoped_lock hold{disk_.lock_};
    if (!disk_.powered_) return SQLITE_IOERR_WRITE;
    const std::string_view bytes{static_cast<const char*>(from), static_cast<std::size_t>(size)};
    const auto begin = static_cast<std::uint64_t>(offset);
    if (disk_.fails(disk_operation::write, name_)) {
      // An error of a device comes after some of it was taken.
      at_.file->write(begin, bytes.substr(0, disk_.luck_.below(bytes.size())));
      return SQLITE_IOERR_WRITE;
    }
    if (!disk_.has_room_for(*at_.file, begin + bytes.size())) {
      ++disk_.counts_.full;
      return SQLITE_FULL;
    }
    ++disk_.counts_.writes;
    at_.file->write(begin, bytes);
    return disk_.goes_dark(disk_operation::write, name_) ? SQLITE_IOERR_WRITE : SQLITE_OK;
  }

  int truncate(sqlite3_int64 size) {
    const std::scoped_lock hold{disk_.lock_};
    if (!disk_.powered_ || disk_.fails(disk_operation::truncate, name_))
      return SQLITE_IOERR_TRUNCATE;
    at_.file->truncate(static_cast<std::uint64_t>(size));
    return disk_.goes_dark(disk_operation::truncate, name_) ? SQLITE_IOERR_TRUNCATE : SQLITE_OK;
  }

  int sync() {
    const std::scoped_lock hold{disk_.lock_};
    if (!disk_.powered_) return SQLITE_IOERR_FSYNC;
    if (disk_.fails(disk_operation::sync, name_)) {
      const auto lost = at_.file->fail_sync(disk_.luck_, disk_.after_failed_sync_);
      disk_.counts_.lost_in_failed_syncs.kept += lost.kept;
      disk_.counts_.lost_in_failed_syncs.dropped += lost.dropped;
      disk_.counts_.lost_in_failed_syncs.torn += lost.torn;
      return SQLITE_IOERR_FSYNC;
    }
    if (disk_.goes_dark(disk_operation::sync, name_)) return SQLITE_IOERR_FSYNC;
    ++disk_.counts_.syncs;
    if (disk_.lying_) return SQLITE_OK;
    at_.file->sync();
    if (std::exchange(syncs_directory_, false)) disk_.sync_directory();
    return SQLITE_OK;
  }

  int size(sqlite3_int64& out) {
    const std::scoped_lock hold{disk_.lock_};
    if (!disk_.powered_) return SQLITE_IOERR_FSTAT;
    out = static_cast<sqlite3_int64>(at_.file->size());
    return SQLITE_OK;
  }

  int raise(int level) {
    const std::scoped_lock hold{disk_.lock_};
    return at_.index->raise(locks_, level) ? SQLITE_OK : SQLITE_BUSY;
  }
  int lower(int level) {
    const std::scoped_lock hold{disk_.lock_};
    at_.index->lower(locks_, level);
    return SQLITE_OK;
  }
  bool is_reserved() {
    const std::scoped_lock hold{disk_.lock_};
    return at_.index->is_reserved();
  }

  int map(int region, int size, bool extend, void volatile** out) {
    const std::scoped_lock hold{disk_.lock_};
    *out = nullptr;
    if (!disk_.powered_) return SQLITE_IOERR_SHMMAP;
    auto& index = *at_.index;
    index.map(locks_);
    const auto n = static_cast<std::size_t>(region);
    if (extend && n >= index.regions() &&
        !disk_.has_room_for(*at_.file, at_.file->size() + static_cast<std::uint64_t>(size))) {
      ++disk_.counts_.full;
      return SQLITE_IOERR_SHMSIZE;
    }
    *out = index.region(n, static_cast<std::size_t>(size),
                        extend ? wal_index::missing::make : wal_index::missing::leave);
    return SQLITE_OK;
  }
  int lock_index(int first, int count, int flags) {
    const std::scoped_lock hold{disk_.lock_};
    const auto how =
        (flags & SQLITE_SHM_SHARED) != 0 ? wal_index::mode::shared : wal_index::mode::exclusive;
    if ((flags & SQLITE_SHM_LOCK) == 0) {
      at_.index->unlock(locks_, first, count, how);
      return SQLITE_OK;
    }
    return at_.index->lock(locks_, first, count, how) ? SQLITE_OK : SQLITE_BUSY;
  }
  void unmap() {
    const std::scoped_lock hold{disk_.lock_};
    at_.index->unmap(locks_);
  }

 private:
  simulated_disk& disk_;
  const std::string name_;
  const simulated_disk::entry at_;
  bool syncs_directory_;
  wal_index::holder locks_;
};

/// What SQLite calls a VFS, over the disk.
struct disk_vfs {
  static simulated_disk& disk_of(sqlite3_vfs* vfs) {
    return *static_cast<simulated_disk*>(vfs->pAppData);
  }

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags,
                  int* out_flags);
  static int remove(sqlite3_vfs* vfs, const char* name, int sync_directory);
  static int access(sqlite3_vfs* vfs, const char* name, int, int* out);
  static int randomness(sqlite3_vfs* vfs, int size, char* out);
};

namespace {

struct opened {
  sqlite3_file base;
  disk_handle* handle;
};
disk_handle& at(sqlite3_file* file) { return *reinterpret_cast<opened*>(file)->handle; }

const sqlite3_io_methods methods{
    .iVersion = 2,
    .xClose =
        [](sqlite3_file* f) {
          delete &at(f);
          return SQLITE_OK;
        },
    .xRead = [](sqlite3_file* f, void* to, int n, sqlite3_int64 o) { return at(f).read(to, n, o); },
    .xWrite = [](sqlite3_file* f, const void* from, int n,
                 sqlite3_int64 o) { return at(f).write(from, n, o); },
    .xTruncate = [](sqlite3_file* f, sqlite3_int64 size) { return at(f).truncate(size); },
    .xSync = [](sqlite3_file* f, int) { return at(f).sync(); },
    .xFileSize = [](sqlite3_file* f, sqlite3_int64* size) { return at(f).size(*size); },
    .xLock = [](sqlite3_file* f, int level) { return at(f).raise(level); },
    .xUnlock = [](sqlite3_file* f, int level) { return at(f).lower(level); },
    .xCheckReservedLock =
        [](sqlite3_file* f, int* out) {
          *out = at(f).is_reserved() ? 1 : 0;
          return SQLITE_OK;
        },
    .xFileControl = [](sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; },
    .xSectorSize = [](sqlite3_file*) { return 4096; },
    .xDeviceCharacteristics = [](sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; },
    .xShmMap = [](sqlite3_file* f, int region, int size, int extend,
                  void volatile** out) { return at(f).map(region, size, extend != 0, out); },
    .xShmLock = [](sqlite3_file* f, int first, int n,
                   int flags) { return at(f).lock_index(first, n, flags); },
    .xShmBarrier = [](sqlite3_file*) { std::atomic_thread_fence(std::memory_order_seq_cst); },
    .xShmUnmap =
        [](sqlite3_file* f, int) {
          at(f).unmap();
          return SQLITE_OK;
        },
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

}  // namespace

int disk_vfs::open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags,
                   int* out_flags) {
  auto& disk = disk_of(vfs);
  file->pMethods = nullptr;
  const std::string path = name == nullptr ? "" : name;
  // What SQLite's own layer syncs its directory for: it does not look who created the file.
  constexpr int journals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
  const bool may_be_new = (flags & SQLITE_OPEN_CREATE) != 0 && (flags & journals) != 0;
  simulated_disk::entry found;
  {
    const std::scoped_lock hold{disk.lock_};
    if (!disk.powered_) return SQLITE_CANTOPEN;
    const auto entry = disk.entries_.find(path);
    if (entry != disk.entries_.end()) {
      found = entry->second;
    } else {
      if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
      if (disk.fails(disk_operation::create, path)) return SQLITE_CANTOPEN;
      found = {std::make_shared<disk_file>(), std::make_shared<wal_index>()};
      if (!path.empty()) {
        disk.entries_[path] = found;
        if (disk.goes_dark(disk_operation::create, path)) return SQLITE_CANTOPEN;
      }
    }
  }
  reinterpret_cast<opened*>(file)->handle = nullptr;
  {
    const std::scoped_lock hold{disk.lock_};
    reinterpret_cast<opened*>(file)->handle =
        new disk_handle{disk, path, std::move(found), may_be_new};
  }
  file->pMethods = &methods;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int disk_vfs::remove(sqlite3_vfs* vfs, const char* name, int sync_directory) {
  auto& disk = disk_of(vfs);
  const std::scoped_lock hold{disk.lock_};
  if (!disk.powered_) return SQLITE_IOERR_DELETE;
  if (!disk.entries_.contains(name)) return SQLITE_IOERR_DELETE_NOENT;
  if (disk.fails(disk_operation::remove, name)) return SQLITE_IOERR_DELETE;
  disk.entries_.erase(name);
  if (disk.goes_dark(disk_operation::remove, name)) return SQLITE_IOERR_DELETE;
  if (sync_directory != 0 && !disk.lying_) disk.sync_directory();
  return SQLITE_OK;
}

int disk_vfs::access(sqlite3_vfs* vfs, const char* name, int, int* out) {
  auto& disk = disk_of(vfs);
  const std::scoped_lock hold{disk.lock_};
  if (!disk.powered_) return SQLITE_IOERR_ACCESS;
  const auto entry = disk.entries_.find(name);
  // An empty journal counts as none, as in SQLite's own layers.
  *out = entry != disk.entries_.end() && entry->second.file->size() > 0 ? 1 : 0;
  return SQLITE_OK;
}

int disk_vfs::randomness(sqlite3_vfs* vfs, int size, char* out) {
  auto& disk = disk_of(vfs);
  const std::scoped_lock hold{disk.lock_};
  std::generate_n(out, size, [&] { return static_cast<char>(disk.luck_.below(256)); });
  return size;
}

void fill_vfs(sqlite3_vfs& out, sqlite3_vfs& system, simulated_disk& disk, const char* name) {
  out = system;
  out.szOsFile = sizeof(opened);
  out.mxPathname = 512;
  out.pNext = nullptr;
  out.zName = name;
  out.pAppData = &disk;
  out.xOpen = disk_vfs::open;
  out.xDelete = disk_vfs::remove;
  out.xAccess = disk_vfs::access;
  out.xFullPathname = [](sqlite3_vfs*, const char* path, int size, char* to) {
    sqlite3_snprintf(size, to, "%s", path);
    return SQLITE_OK;
  };
  out.xRandomness = disk_vfs::randomness;
}

}  // namespace boxoffice::test
