#include "storage/sqlite/migrations/migrate.hpp"

#include "logging/log.hpp"
#include "storage/sqlite/connection.hpp"

namespace boxoffice::sqlite {
namespace {

// One row: which version the database has, and which program version may open it.
constexpr auto version_table =
    "CREATE TABLE IF NOT EXISTS schema_version ("
    "  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),"
    "  service TEXT NOT NULL,"
    "  version INTEGER NOT NULL"
    ") STRICT";

// One row: the number of the process that took the database over last (actors/commit/fence.hpp).
constexpr auto owner_table =
    "CREATE TABLE IF NOT EXISTS owner ("
    "  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),"
    "  epoch INTEGER NOT NULL CHECK (epoch > 0)"
    ") STRICT";

struct stamp {
  std::string service;
  int version{0};
};

stamp read_stamp(SQLite::Database& db, const schema& of) {
  if (!db.tableExists("schema_version")) return {of.service, 0};
  SQLite::Statement query{db, "SELECT service, version FROM schema_version"};
  if (!query.executeStep()) return {of.service, 0};
  return {query.getColumn(0).getString(), query.getColumn(1).getInt()};
}

void apply(SQLite::Database& db, const schema& of, const migration& step) {
  SQLite::Transaction whole{db, SQLite::TransactionBehavior::IMMEDIATE};
  db.exec(version_table);
  db.exec(step.sql);
  SQLite::Statement mark{db,
                         "INSERT INTO schema_version (only_row, service, version) VALUES (1, ?, ?)"
                         " ON CONFLICT (only_row) DO UPDATE SET version = excluded.version"};
  mark.bind(1, of.service);
  mark.bind(2, step.version);
  mark.exec();
  whole.commit();
}

}  // namespace

const char* const installation_tables = R"(
ALTER TABLE owner ADD COLUMN batch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE owner ADD COLUMN beat INTEGER NOT NULL DEFAULT 0;
CREATE TABLE installation (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  id TEXT NOT NULL
) STRICT;
CREATE TABLE seen (
  store TEXT PRIMARY KEY,
  epoch INTEGER NOT NULL,
  batch INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE set_back (
  store TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  batch INTEGER NOT NULL,
  seen_epoch INTEGER NOT NULL,
  seen_batch INTEGER NOT NULL,
  seen_by TEXT NOT NULL,
  PRIMARY KEY (store, epoch, batch, seen_by)
) STRICT, WITHOUT ROWID;
)";

migrated migrate(const std::filesystem::path& file, const schema& of) {
  migrated result;
  translated([&] {
    auto db = open(file, access::read_write);
    db.exec(owner_table);
    const auto found = read_stamp(db, of);
    const int known = of.migrations.back().version;
    if (found.service != of.service)
      throw storage_error{storage_error::kind::damaged, file.string() + " is the database of the " +
                                                            found.service + " service, not of " +
                                                            of.service};
    if (found.version > known)
      throw schema_too_new{file.string() + " has schema version " + std::to_string(found.version) +
                           ", and this program knows versions up to " + std::to_string(known) +
                           ": it was written by a newer boxoffice"};
    result = {found.version, known};
    for (const auto& step : of.migrations) {
      if (step.version <= found.version) continue;
      apply(db, of, step);
      log(log_level::info, "storage", "migrated",
          {{"store", of.service}, {"version", step.version}, {"what", step.what}});
    }
  });
  return result;
}

}  // namespace boxoffice::sqlite

namespace boxoffice {

namespace {

std::string migrate_in(const std::filesystem::path& data_dir, const sqlite::schema& of) {
  return describe(of.service, sqlite::migrate(data_dir / (std::string{of.service} + ".db"), of));
}

}  // namespace

std::vector<std::string> migrate_sqlite(const std::filesystem::path& data_dir,
                                        const role_set& roles) {
  const std::array all{std::pair{role::concert, &sqlite::concert_schema},
                       std::pair{role::reservation, &sqlite::reservation_schema},
                       std::pair{role::point, &sqlite::point_schema},
                       std::pair{role::payment, &sqlite::payment_schema}};
  std::vector<std::string> lines;
  for (const auto& [service, schema] : all)
    if (roles.contains(service)) lines.push_back(migrate_in(data_dir, *schema));
  return lines;
}

std::string migrate_queue_ranking(const std::filesystem::path& data_dir) {
  return migrate_in(data_dir, sqlite::queue_ranking_schema);
}

}  // namespace boxoffice
