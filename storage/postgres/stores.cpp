#include "storage/postgres/stores.hpp"

#include "storage/postgres/connection.hpp"
#include "storage/postgres/migrations/migrate.hpp"

#include <array>
#include <utility>

namespace boxoffice {

postgres_database postgres_at(const std::string& location,
                              std::shared_ptr<postgres::deadline_watch> watch) {
  if (!watch) watch = std::make_shared<postgres::deadline_watch>();
  return std::make_shared<postgres::server_database>(location, std::move(watch));
}

void open_postgres_stores(const postgres_locations& at, node_stores& into) {
  const auto watch = std::make_shared<postgres::deadline_watch>();
  auto concert = open_postgres_concert(postgres_at(at.concert, watch));
  auto reservation = open_postgres_reservation(postgres_at(at.reservation, watch));
  auto point = open_postgres_point(postgres_at(at.point, watch));
  auto payment = open_postgres_payment(postgres_at(at.payment, watch));
  into.concert = std::move(concert.store);
  into.reservation = std::move(reservation.store);
  into.reservation_reads = std::move(reservation.reader);
  into.point = std::move(point.store);
  into.point_reads = std::move(point.reader);
  into.payment = std::move(payment.store);
  into.payment_reads = std::move(payment.reader);
}

std::vector<std::string> migrate_postgres(const postgres_locations& at) {
  const std::array all{std::pair{&postgres::concert_schema, &at.concert},
                       std::pair{&postgres::reservation_schema, &at.reservation},
                       std::pair{&postgres::point_schema, &at.point},
                       std::pair{&postgres::payment_schema, &at.payment}};
  std::vector<std::string> lines;
  lines.reserve(all.size());
  for (const auto& [schema, location] : all)
    lines.push_back(describe(schema->service, postgres::migrate(*postgres_at(*location), *schema)));
  return lines;
}

}  // namespace boxoffice
