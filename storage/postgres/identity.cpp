#include "storage/identity_rows.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/postgres/own_session.hpp"
#include "storage/postgres/stores.hpp"

namespace boxoffice {
namespace {

using namespace postgres;  // NOLINT(google-build-using-namespace): the folder's own

bool is_there(link& db, const std::string& name) {
  statement found{db, "SELECT to_regclass($1) IS NOT NULL"};
  return found.run(name).text(0, 0) == "t";
}

void read_rows(link& db, store_identity& into) {
  into.is_there = is_there(db, "schema_version");
  for (const auto& table : tables_with_data(into.store))
    into.holds_data = into.holds_data || (is_there(db, table) &&
                                          db.run("SELECT 1 FROM " + table + " LIMIT 1").rows() > 0);
  if (!is_there(db, "installation")) return;
  storage::read_identity_rows<statement>(db, into);
}

}  // namespace

store_identity postgres_identity(const std::string& service, const postgres_database& at) {
  store_identity found{.store = service, .place = at->name()};
  const auto db = at->new_link(purpose::upkeep);
  // Every command that uses the database begins here.
  expect_own_sessions(*db, *at->new_link(purpose::upkeep));
  read_rows(*db, found);
  return found;
}

}  // namespace boxoffice
