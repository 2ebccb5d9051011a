#pragma once

#include "actors/node/node_stores.hpp"
#include "config/settings.hpp"
#include "storage/owner_row_source.hpp"
#include "storage/store_identity.hpp"

#include <memory>
#include <string>
#include <vector>

/// The stores on PostgreSQL: one database per service, wherever each is. Opening migrates a
/// database to the newest schema and takes it over from the process that wrote it before. A store
/// writes through one connection, each reader reads through its own; both open again after they
/// were lost.
///
/// **Thread** opening: any. A store and a reader may live on different threads, each on one at a
/// time. **Faults** storage_error (`unreachable` is worth another try), schema_too_new.
namespace boxoffice {

namespace postgres {
class server_database;
class deadline_watch;
}  // namespace postgres

/// Where the databases are, as libpq takes it: `postgresql://user:password@host:port/database` or
/// `host=… dbname=…`.
struct postgres_locations {
  std::string concert, reservation, point, payment;
};

/// Those of the four services that keep SQL which are in `roles`, into `into`; the rest of it is
/// left alone. What has a row in `seen` is taken over only if the row is still so: a storage_error
/// (`conflict`) otherwise.
void open_postgres_stores(const postgres_locations& at, node_stores& into,
                          const role_set& roles = every_role,
                          const std::vector<cluster::owner_row>& seen = {});

/// Migrates those of the four databases that are in `roles`; one line to print for each.
std::vector<std::string> migrate_postgres(const postgres_locations& at,
                                          const role_set& roles = every_role);

struct postgres_concert {
  std::unique_ptr<concert_store> store;
};
struct postgres_reservation {
  std::unique_ptr<reservation_store> store;
  std::unique_ptr<reservation_reader> reader;
};
struct postgres_point {
  std::unique_ptr<point_store> store;
  std::unique_ptr<point_reader> reader;
};
struct postgres_payment {
  std::unique_ptr<payment_store> store;
  std::unique_ptr<payment_reader> reader;
};

using postgres_database = std::shared_ptr<postgres::server_database>;
/// A database that the stores of one service share.
postgres_database postgres_at(const std::string& location,
                              std::shared_ptr<postgres::deadline_watch> watch = {});

/// Of the database of a service. **Faults** storage_error.
store_identity postgres_identity(const std::string& service, const postgres_database& at);

/// Who owns the database of a service.
std::unique_ptr<owner_row_source> postgres_owner(const std::string& service,
                                                 const postgres_database& at);

postgres_concert open_postgres_concert(const postgres_database& at);
postgres_reservation open_postgres_reservation(const postgres_database& at);
postgres_point open_postgres_point(const postgres_database& at);
postgres_payment open_postgres_payment(const postgres_database& at);

}  // namespace boxoffice
