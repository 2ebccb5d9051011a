#include "storage/postgres/stores.hpp"

#include "storage/postgres/connection.hpp"
#include "storage/postgres/migrations/migrate.hpp"

#include <array>
#include <tuple>
#include <utility>

namespace boxoffice {

postgres_database postgres_at(const std::string& location,
                              std::shared_ptr<postgres::deadline_watch> watch) {
  if (!watch) watch = std::make_shared<postgres::deadline_watch>();
  return std::make_shared<postgres::server_database>(location, std::move(watch));
}

void open_postgres_stores(const postgres_locations& at, node_stores& into, const role_set& roles,
                          const std::vector<cluster::owner_row>& seen) {
  const auto watch = std::make_shared<postgres::deadline_watch>();
  const auto database = [&](const std::string& location, const char* service) {
    auto made = postgres_at(location, watch);
    if (const auto row = cluster::row_of(service, seen)) made->take_over_only(row->at);
    return made;
  };
  if (roles.contains(role::concert))
    into.concert = open_postgres_concert(database(at.concert, "concert")).store;
  if (roles.contains(role::reservation)) {
    auto opened = open_postgres_reservation(database(at.reservation, "reservation"));
    into.reservation = std::move(opened.store);
    into.reservation_reads = std::move(opened.reader);
  }
  if (roles.contains(role::point)) {
    auto opened = open_postgres_point(database(at.point, "point"));
    into.point = std::move(opened.store);
    into.point_reads = std::move(opened.reader);
  }
  if (roles.contains(role::payment)) {
    auto opened = open_postgres_payment(database(at.payment, "payment"));
    into.payment = std::move(opened.store);
    into.payment_reads = std::move(opened.reader);
  }
}

std::vector<std::string> migrate_postgres(const postgres_locations& at, const role_set& roles) {
  const std::array all{
      std::tuple{role::concert, &postgres::concert_schema, &at.concert},
      std::tuple{role::reservation, &postgres::reservation_schema, &at.reservation},
      std::tuple{role::point, &postgres::point_schema, &at.point},
      std::tuple{role::payment, &postgres::payment_schema, &at.payment}};
  std::vector<std::string> lines;
  for (const auto& [service, schema, location] : all)
    if (roles.contains(service))
      lines.push_back(
          describe(schema->service, postgres::migrate(*postgres_at(*location), *schema)));
  return lines;
}

}  // namespace boxoffice
