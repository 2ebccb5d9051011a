#pragma once

#include <sqlite3.h>

namespace boxoffice::test {

/// A disk that fails on demand, under every SQLite connection opened while it lives: a VFS over the
/// system's own. **Thread**: the test's.
class faulty_disk {
 public:
  enum class fault : unsigned char {
    none,
    sync,  ///< fsync of the log: an I/O error after the data was written
    full,  ///< every write: no space
  };

  faulty_disk();
  ~faulty_disk();
  faulty_disk(const faulty_disk&) = delete;
  faulty_disk& operator=(const faulty_disk&) = delete;

  /// The next `times` operations of the kind fail; then the disk is well again.
  void fail(fault what, int times);

 private:
  sqlite3_vfs* before_;
};

}  // namespace boxoffice::test
