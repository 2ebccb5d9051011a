#include "storage/postgres/migrations/migrate.hpp"

#include "logging/log.hpp"

#include <string>

namespace boxoffice::postgres {
namespace {

// Any number that nobody else in the database locks: "boxoffic" as bytes. Held by the session and
// not by a transaction: one that waited inside its transaction may see the catalogue as it was.
constexpr auto lock = "SELECT pg_advisory_lock(7094705186312711523)";
constexpr auto unlock = "SELECT pg_advisory_unlock(7094705186312711523)";

// One row each: which version the database has; the number of the process that took it over last
// (actors/commit/fence.hpp), and which batch of which owner was written last.
constexpr auto own_tables =
    "CREATE TABLE IF NOT EXISTS schema_version ("
    "  only_row integer PRIMARY KEY CHECK (only_row = 1),"
    "  service text NOT NULL,"
    "  version integer NOT NULL);"
    "CREATE TABLE IF NOT EXISTS owner ("
    "  only_row integer PRIMARY KEY CHECK (only_row = 1),"
    "  epoch bigint NOT NULL CHECK (epoch > 0),"
    "  batch bigint NOT NULL DEFAULT 0,"
    "  batch_epoch bigint NOT NULL DEFAULT 0)";

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

void apply(link& on, const schema& of, const migration& step) {
  on.run("BEGIN");
  on.run(own_tables);
  on.run(step.sql);
  const auto version = std::to_string(step.version);
  on.run(std::string{"INSERT INTO schema_version VALUES (1, '"} + of.service + "', " + version +
         ") ON CONFLICT (only_row) DO UPDATE SET version = excluded.version");
  on.run("COMMIT");
}

}  // namespace

const char* const batch_functions = R"(
CREATE FUNCTION fence(mine bigint, current bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF mine <> current THEN
    RAISE EXCEPTION 'another process has taken the database over; this one should end'
      USING ERRCODE = 'BX001';
  END IF;
END $$;
CREATE FUNCTION expect(holds boolean, rule text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF holds IS NOT TRUE THEN
    RAISE EXCEPTION '%', rule USING ERRCODE = 'integrity_constraint_violation';
  END IF;
END $$;
)";

const char* const installation_tables = R"(
CREATE TABLE installation (
  only_row integer PRIMARY KEY CHECK (only_row = 1),
  id text NOT NULL
);
CREATE TABLE seen (
  store text PRIMARY KEY,
  epoch bigint NOT NULL,
  batch bigint NOT NULL
);
CREATE TABLE set_back (
  store text NOT NULL,
  epoch bigint NOT NULL,
  batch bigint NOT NULL,
  seen_epoch bigint NOT NULL,
  seen_batch bigint NOT NULL,
  seen_by text NOT NULL,
  PRIMARY KEY (store, epoch, batch, seen_by)
);
)";

migrated migrate(const server_database& database, const schema& of) {
  const auto on = database.new_link(purpose::upkeep);
  on->open();
  const int newest = of.migrations.back().version;
  // Without the lock first: most starts find nothing to do.
  auto found = read_stamp(*on, of);
  check(found, of, database.name());
  if (found.version == newest) return {newest, newest};
  on->run(lock);
  found = read_stamp(*on, of);
  check(found, of, database.name());
  for (const auto& step : of.migrations) {
    if (step.version <= found.version) continue;
    apply(*on, of, step);
    log(log_level::info, "storage", "migrated",
        {{"database", database.name()}, {"version", step.version}, {"what", step.what}});
  }
  on->run(unlock);
  return {found.version, newest};
}

}  // namespace boxoffice::postgres
