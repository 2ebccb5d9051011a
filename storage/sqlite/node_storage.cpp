#include "storage/sqlite/node_storage.hpp"

#include "storage/sqlite/audit_reader.hpp"

#include <utility>

namespace boxoffice {

books_parts open_sqlite_stores(const std::filesystem::path& data_dir, node_stores& into,
                               const storage_tuning& how) {
  const auto files = files_in(data_dir);
  into.concert = open_concert_storage(files.concert, how).store;
  auto reservation = open_reservation_storage(files.reservation, how);
  auto point = open_point_storage(files.point, how);
  auto payment = open_payment_storage(files.payment, how);
  into.reservation = std::move(reservation.store);
  into.reservation_reads = std::move(reservation.reader);
  into.point = std::move(point.store);
  into.point_reads = std::move(point.reader);
  into.payment = std::move(payment.store);
  into.payment_reads = std::move(payment.reader);
  return sqlite_books({payment.file, point.file, reservation.file, {}});
}

books_part open_embedded_queue_ranking(const std::filesystem::path& data_dir, node_stores& into,
                                       const storage_tuning& how) {
  auto opened = open_queue_ranking_storage(files_in(data_dir).queue_ranking, how);
  into.queue_ranking = std::move(opened.store);
  into.queue_reads = std::move(opened.queue);
  into.ranking_reads = std::move(opened.ranking);
  return sqlite_books(audited_files{{}, {}, {}, opened.file}).queue_ranking;
}

node_stores open_node_stores(const std::filesystem::path& data_dir, const storage_tuning& how) {
  node_stores all;
  auto parts = open_sqlite_stores(data_dir, all, how);
  parts.queue_ranking = open_embedded_queue_ranking(data_dir, all, how);
  all.books = make_books_reader(std::move(parts));
  return all;
}

}  // namespace boxoffice
