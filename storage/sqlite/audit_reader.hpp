#pragma once

#include "actors/audit/books_reader.hpp"
#include "storage/books_parts.hpp"

#include <filesystem>
#include <memory>

namespace boxoffice {

namespace sqlite {
class database_file;
}

/// The files whose books are read.
struct audited_files {
  std::shared_ptr<sqlite::database_file> payment, point, reservation, queue_ranking;
};

/// Reads the books of a server in this process, through the files that its stores share. Each
/// reading opens connections of its own and closes them.
books_parts sqlite_books(audited_files files);

/// The same from outside: a data directory with or without a server on it. The databases are opened
/// read-only, and the lock of the directory is left alone. **Faults** while reading storage_error,
/// which names the file.
books_parts sqlite_books(const std::filesystem::path& data_dir);

/// All books of a data directory in which every service has its file.
std::unique_ptr<audit::books_reader> open_audit_reader(const std::filesystem::path& data_dir);

}  // namespace boxoffice
