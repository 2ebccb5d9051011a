#include "storage/sqlite/node_storage.hpp"

#include "storage/sqlite/audit_reader.hpp"

#include <utility>

namespace boxoffice {

books_parts open_sqlite_stores(const std::filesystem::path& data_dir, node_stores& into,
                               const role_set& roles, const storage_tuning& how) {
  const auto files = files_in(data_dir);
  audited_files opened_files;
  if (roles.contains(role::concert)) into.concert = open_concert_storage(files.concert, how).store;
  if (roles.contains(role::reservation)) {
    auto opened = open_reservation_storage(files.reservation, how);
    into.reservation = std::move(opened.store);
    into.reservation_reads = std::move(opened.reader);
    opened_files.reservation = opened.file;
  }
  if (roles.contains(role::point)) {
    auto opened = open_point_storage(files.point, how);
    into.point = std::move(opened.store);
    into.point_reads = std::move(opened.reader);
    opened_files.point = opened.file;
  }
  if (roles.contains(role::payment)) {
    auto opened = open_payment_storage(files.payment, how);
    into.payment = std::move(opened.store);
    into.payment_reads = std::move(opened.reader);
    opened_files.payment = opened.file;
  }
  return sqlite_books(opened_files);
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
  auto parts = open_sqlite_stores(data_dir, all, every_role, how);
  parts.queue_ranking = open_embedded_queue_ranking(data_dir, all, how);
  all.books = make_books_reader(std::move(parts));
  return all;
}

}  // namespace boxoffice
