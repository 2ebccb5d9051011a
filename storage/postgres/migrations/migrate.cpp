#include "storage/postgres/migrations/migrate.hpp"

#include "config/log.hpp"

#include <string>

namespace boxoffice::postgres {
namespace {

// Any number that nobody else in the database locks: "boxoffic" as bytes.
constexpr auto lock = "SELECT pg_advisory_xact_lock(7094705186312711523)";

// One row each: which version the database has, and the number of the process that took it over
// last (actors/commit/fence.hpp).
constexpr auto own_tables =
    "CREATE TABLE IF NOT EXISTS schema_version ("
    "  only_row integer PRIMARY KEY CHECK (only_row = 1),"
    "  service text NOT NULL,"
    "  version integer NOT NULL);"
    "CREATE TABLE IF NOT EXISTS owner ("
    "  only_row integer PRIMARY KEY CHECK (only_row = 1),"
    "  epoch bigint NOT NULL CHECK (epoch > 0))";

struct stamp {
  std::string service;
  int version{0};
};

stamp read_stamp(link& on, const schema& of) {
  const auto there = on.run("SELECT to_regclass('schema_version') IS NOT NULL");
  if (there.text(0, 0) != "t") return {of.service, 0};
  const auto found = on.run("SELECT service, version FROM schema_version");
  stamp now{of.service, 0};
  if (found.rows() > 0) row{found, 0}.into(now.service, now.version);
  return now;
}

void check(const stamp& found, const schema& of, const std::string& name) {
  if (found.service != of.service)
    throw storage_error{
        storage_error::kind::damaged,
        name + " is the database of the " + found.service + " service, not of " + of.service};
  if (found.version > of.migrations.back().version)
    throw schema_too_new{name + " has schema version " + std::to_string(found.version) +
                         ", and this program knows versions up to " +
                         std::to_string(of.migrations.back().version) +
                         ": it was written by a newer boxoffice"};
}

// Returns which version it found, under the lock: another process may have been here.
int apply_next(link& on, const schema& of, const std::string& name) {
  on.run("BEGIN");
  on.run(lock);
  const auto found = read_stamp(on, of);
  check(found, of, name);
  for (const auto& step : of.migrations) {
    if (step.version != found.version + 1) continue;
    on.run(own_tables);
    on.run(step.sql);
    const auto version = std::to_string(step.version);
    on.run(std::string{"INSERT INTO schema_version VALUES (1, '"} + of.service + "', " + version +
           ") ON CONFLICT (only_row) DO UPDATE SET version = excluded.version");
    on.run("COMMIT");
    log(log_level::info, "storage", "migrated",
        {{"database", name}, {"version", step.version}, {"what", step.what}});
    return found.version;
  }
  on.run("COMMIT");
  return found.version;
}

}  // namespace

migrated migrate(const server_database& database, const schema& of) {
  const auto on = database.new_link(purpose::upkeep);
  on->open();
  const int newest = of.migrations.back().version;
  // Without the lock first: most starts find nothing to do, and a reader may look as well.
  const auto before = read_stamp(*on, of);
  check(before, of, database.name());
  for (int now = before.version; now < newest;)
    now = apply_next(*on, of, database.name()) + 1;
  return {before.version, newest};
}

}  // namespace boxoffice::postgres
