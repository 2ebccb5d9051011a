#pragma once

#include "actors/concert/concert_store.hpp"
#include "actors/payment/payment_store.hpp"
#include "actors/point/point_store.hpp"
#include "actors/queue_ranking/queue_ranking_store.hpp"
#include "actors/reservation/reservation_store.hpp"
#include "config/limits.hpp"

#include <filesystem>
#include <memory>

/// The embedded stores: one SQLite file per service. Opening creates the file or migrates it to the
/// newest schema; a store writes through one connection, each reader reads through its own.
///
/// **Requires** the data directory to be held (data_directory.hpp), so that no other process
/// writes.
/// **Thread** opening: any. A store and a reader may live on different threads, each on one at a
/// time. **Faults** storage_error, schema_too_new.
namespace boxoffice {

namespace sqlite {
class database_file;
}

struct storage_tuning {
  /// The write-ahead log is written back into the database by the commit that fills it so far. More
  /// pages make that rarer and cheaper per commit (a page written ten times is copied once) but
  /// each time longer. **Units** pages of 4 KiB.
  int log_pages_max{limits::sqlite_checkpoint_pages};
  /// Marks of applied events kept for each consumer.
  std::size_t marks_kept{limits::applied_events_kept};
};

struct concert_storage {
  std::unique_ptr<concert_store> store;
};
concert_storage open_concert_storage(const std::filesystem::path& file,
                                     const storage_tuning& how = {});

struct reservation_storage {
  std::unique_ptr<reservation_store> store;
  std::unique_ptr<reservation_reader> reader;
  std::shared_ptr<sqlite::database_file> file;
};
reservation_storage open_reservation_storage(const std::filesystem::path& file,
                                             const storage_tuning& how = {});

struct point_storage {
  std::unique_ptr<point_store> store;
  std::unique_ptr<point_reader> reader;
  std::shared_ptr<sqlite::database_file> file;
};
point_storage open_point_storage(const std::filesystem::path& file, const storage_tuning& how = {});

struct payment_storage {
  std::unique_ptr<payment_store> store;
  std::unique_ptr<payment_reader> reader;
  std::shared_ptr<sqlite::database_file> file;
};
payment_storage open_payment_storage(const std::filesystem::path& file,
                                     const storage_tuning& how = {});

struct queue_ranking_storage {
  std::unique_ptr<queue_ranking_store> store;
  std::unique_ptr<queue_reader> queue;
  std::unique_ptr<ranking_reader> ranking;
  std::shared_ptr<sqlite::database_file> file;
};
queue_ranking_storage open_queue_ranking_storage(const std::filesystem::path& file,
                                                 const storage_tuning& how = {});

/// The files of one data directory: `<service>.db`.
struct storage_files {
  std::filesystem::path concert, reservation, point, payment, queue_ranking;
};
storage_files files_in(const std::filesystem::path& data_dir);

}  // namespace boxoffice
