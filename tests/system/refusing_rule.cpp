#include "tests/system/refusing_rule.hpp"

#include <map>
#include <pqxx/pqxx>

#include <SQLiteCpp/SQLiteCpp.h>

namespace boxoffice::system_test {
namespace {

std::string with_user(std::string when, const std::string& column) {
  const auto at = when.find("USER");
  return at == std::string::npos ? when : when.replace(at, 4, "NEW." + column);
}

}  // namespace

refusing_rule::refusing_rule(running_server& server, const rush::postgres_databases* at,
                             const refused_rows& rows, const std::string& kind) {
  if (at != nullptr && rows.service != "queue_ranking") {
    const auto db = std::make_shared<pqxx::connection>(at->url(rows.service));
    run_ = [db](const std::string& sql) { pqxx::nontransaction{*db}.exec(sql); };
    make_on_server(rows, kind);
    return;
  }
  const auto file = (server.data_dir() / (rows.service + ".db")).string();
  const auto db = std::make_shared<SQLite::Database>(file, SQLite::OPEN_READWRITE, 10'000);
  run_ = [db](const std::string& sql) { db->exec(sql); };
  make_embedded(rows, kind);
}

void refusing_rule::lift() { run_(lifting_); }

void refusing_rule::make_embedded(const refused_rows& rows, const std::string& kind) {
  static const std::map<std::string, std::string> broken{
      {"unique", "INSERT INTO rule VALUES (1, NULL, '')"},
      {"check", "INSERT INTO rule VALUES (0, NULL, '')"},
      {"foreign_key", "INSERT INTO rule VALUES (7, 99, '')"},
      {"type", "INSERT INTO rule VALUES (8, 'x', '')"},
      {"too_long", "INSERT INTO rule VALUES (9, NULL, 'longer than that')"}};
  run_(
      "PRAGMA foreign_keys = ON;"
      "CREATE TABLE IF NOT EXISTS rule (one INTEGER PRIMARY KEY CHECK (one > 0),"
      "  other INTEGER REFERENCES rule (one), short TEXT CHECK (length(short) <= 3)) STRICT;"
      "INSERT OR IGNORE INTO rule VALUES (1, NULL, '');");
  const auto name = "refuses_" + rows.table + rows.event;
  lifting_ = "DROP TRIGGER " + name;
  run_("CREATE TRIGGER " + name + " BEFORE " + rows.event + " ON " + rows.table + " WHEN " +
       with_user(rows.when, "user") + " BEGIN " + broken.at(kind) + "; END;");
}

void refusing_rule::make_on_server(const refused_rows& rows, const std::string& kind) {
  static const std::map<std::string, std::string> codes{
      {"unique", "unique_violation"},
      {"check", "check_violation"},
      {"foreign_key", "foreign_key_violation"},
      {"type", "invalid_text_representation"},
      {"too_long", "string_data_right_truncation"}};
  const auto name = "refuses_" + rows.table + rows.event;
  lifting_ = "DROP TRIGGER " + name + " ON " + rows.table;
  run_("CREATE FUNCTION " + name + "() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF " +
       with_user(rows.when, "user_id") + " THEN RAISE EXCEPTION 'not that one' USING ERRCODE = '" +
       codes.at(kind) + "'; END IF; RETURN NEW; END $$; CREATE TRIGGER " + name + " BEFORE " +
       rows.event + " ON " + rows.table + " FOR EACH ROW EXECUTE FUNCTION " + name + "()");
}

}  // namespace boxoffice::system_test
