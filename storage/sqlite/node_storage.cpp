#include "storage/sqlite/node_storage.hpp"

#include "storage/sqlite/audit_reader.hpp"

#include <utility>

namespace boxoffice {

node_stores open_node_stores(const std::filesystem::path& data_dir, const storage_tuning& how) {
  const auto files = files_in(data_dir);
  auto reservation = open_reservation_storage(files.reservation, how);
  auto point = open_point_storage(files.point, how);
  auto payment = open_payment_storage(files.payment, how);
  auto queue_ranking = open_queue_ranking_storage(files.queue_ranking, how);
  auto books = make_books_reader(
      sqlite_books({payment.file, point.file, reservation.file, queue_ranking.file}));
  return {.concert = open_concert_storage(files.concert, how).store,
          .reservation = std::move(reservation.store),
          .reservation_reads = std::move(reservation.reader),
          .point = std::move(point.store),
          .point_reads = std::move(point.reader),
          .payment = std::move(payment.store),
          .payment_reads = std::move(payment.reader),
          .queue_ranking = std::move(queue_ranking.store),
          .queue_reads = std::move(queue_ranking.queue),
          .ranking_reads = std::move(queue_ranking.ranking),
          .books = std::move(books)};
}

}  // namespace boxoffice
