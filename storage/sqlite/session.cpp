#include "storage/sqlite/session.hpp"

#include "storage/sqlite/statement.hpp"
#include "storage/storage_error.hpp"

#include <algorithm>
#include <sqlite3.h>
#include <sys/stat.h>
#include <utility>

namespace boxoffice::sqlite {

void database_file::expect_there() {
  expect_same(path_, main_);
  expect_same(log_path_, log_);
}

// A file that never was is none of ours to miss: a log comes with the first write, and a database
// may stand in something else than files.
void database_file::expect_same(const std::filesystem::path& file, file_number& known) {
  struct stat found {};
  file_number now;
  if (::stat(file.c_str(), &found) == 0) now.emplace(found.st_dev, found.st_ino);
  if (!known) known = now;
  if (known != now)
    throw storage_error{storage_error::kind::gone,
                        file.string() + " is gone, or another file stands in its place"};
}

void database_file::close_all(session& of) noexcept {
  const auto all_stay = hold_open();
  const std::scoped_lock list{lock_};
  std::vector<std::unique_lock<std::mutex>> held;
  held.reserve(sessions_.size());
  for (auto* other : sessions_)
    if (other != &of) held.push_back(other->use());
  for (auto* each : sessions_)
    each->close();
  log_.reset();
}

session::session(std::shared_ptr<database_file> file, access how)
    : file_{std::move(file)}, how_{how} {
  database();
  const std::scoped_lock list{file_->lock_};
  file_->sessions_.push_back(this);
}

session::~session() {
  const std::scoped_lock list{file_->lock_};
  std::erase(file_->sessions_, this);
}

SQLite::Database& session::database() {
  if (db_) return *db_;
  db_.emplace(open(file_->path(), how_));
  // Instead of the hook that writes the log back by itself, and keeps silent when that fails.
  const auto note = [](void* self, sqlite3*, const char*, int pages) {
    static_cast<session*>(self)->log_pages_ = pages;
    return SQLITE_OK;
  };
  if (how_ == access::read_write) sqlite3_wal_hook(db_->getHandle(), note, this);
  return *db_;
}

void session::close() noexcept {
  if (!db_) return;
  for (auto* prepared : statements_)
    prepared->finalize();
  sqlite3_db_config(db_->getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  db_.reset();
  log_pages_ = 0;
}

}  // namespace boxoffice::sqlite
