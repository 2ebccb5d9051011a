#include "storage/sqlite/backup.hpp"

#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/stores.hpp"

#include <array>
#include <fcntl.h>
#include <sqlite3.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace boxoffice {
namespace {

using namespace sqlite;  // NOLINT(google-build-using-namespace): the folder's own
namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string& why) {
  throw storage_error{storage_error::kind::misplaced, why};
}
[[noreturn]] void fail(const std::string& why) {
  throw storage_error{storage_error::kind::disk_fault, why};
}

std::array<fs::path, 5> all_files(const fs::path& in) {
  const auto files = files_in(in);
  return {files.payment, files.point, files.reservation, files.concert, files.queue_ranking};
}

void expect_all(const fs::path& in) {
  for (const auto& file : all_files(in))
    if (std::error_code none; fs::file_size(file, none) == 0 || none)
      refuse(file.string() + " is missing or empty");
}

void sync(const fs::path& what) {
  const int fd = ::open(what.c_str(), O_RDONLY | O_CLOEXEC);
  const bool done = fd >= 0 && ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  if (!done) fail(what.string() + ": cannot be brought to the disk");
}

// The source has a snapshot open, and that is what is copied.
void copy_snapshot(SQLite::Database& from, const fs::path& to) {
  SQLite::Database into{to.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
  auto* copy = sqlite3_backup_init(into.getHandle(), "main", from.getHandle(), "main");
  const auto result = copy == nullptr ? SQLITE_ERROR : sqlite3_backup_step(copy, -1);
  sqlite3_backup_finish(copy);
  if (result != SQLITE_DONE) fail(to.string() + ": " + sqlite3_errstr(result));
}

}  // namespace

void back_up_sqlite(const fs::path& data_dir, const fs::path& to) {
  expect_all(data_dir);
  std::error_code none;
  if (fs::exists(to, none) && !fs::is_empty(to, none))
    refuse(to.string() + " is there and not empty; a backup makes a new directory");
  if (!fs::create_directories(to, none) && none) fail(to.string() + ": " + none.message());
  translated([&] {
    std::vector<SQLite::Database> sources;
    sources.reserve(5);
    {
      // Nobody writes while the snapshots are taken, a moment: no store is behind what another has
      // seen of it.
      std::vector<SQLite::Database> locks;
      locks.reserve(5);
      for (const auto& file : all_files(data_dir))
        locks.emplace_back(open(file, access::read_write)).exec("BEGIN IMMEDIATE");
      for (const auto& file : all_files(data_dir)) {
        auto& each = sources.emplace_back(open(file, access::read_only));
        each.exec("BEGIN");
        each.execAndGet("SELECT count(*) FROM owner");
      }
    }
    std::size_t at = 0;
    for (const auto& file : all_files(to)) {
      copy_snapshot(sources[at++], file);
      sync(file);
    }
  });
  sync(to);
}

void restore_sqlite(const fs::path& from, const fs::path& data_dir) {
  expect_all(from);
  for (const auto& file : all_files(data_dir))
    for (const char* more : {"", "-wal"})
      if (std::error_code none; fs::exists(file.string() + more, none))
        refuse(file.string() + more + " is there; move it away first");
  for (const auto& file : all_files(from)) {
    const auto to = data_dir / file.filename();
    std::error_code wrong;
    fs::copy_file(file, to, wrong);
    if (wrong) fail(to.string() + ": " + wrong.message());
    sync(to);
  }
  sync(data_dir);
}

}  // namespace boxoffice
