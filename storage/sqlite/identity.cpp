#include "storage/sqlite/identity.hpp"

#include "config/limits.hpp"
#include "storage/identity_rows.hpp"
#include "storage/sqlite/connection.hpp"

#include <array>
#include <sqlite3.h>
#include <system_error>

namespace boxoffice {
namespace {

using namespace sqlite;  // NOLINT(google-build-using-namespace): the folder's own

bool has_column(session& db, const std::string& table, const std::string& column) {
  statement found{db, "SELECT 1 FROM pragma_table_info(?) WHERE name = ?"};
  return found.first([](row&) { return true; }, table, column).has_value();
}

bool has_table(session& db, const std::string& table) {
  statement found{db, "SELECT 1 FROM sqlite_schema WHERE name = ?"};
  return found.first([](row&) { return true; }, table).has_value();
}

bool has_rows(session& db, const std::string& table) {
  if (!has_table(db, table)) return false;
  statement one{db, "SELECT 1 FROM " + table + " LIMIT 1"};
  return one.first([](row&) { return true; }).has_value();
}

void read_rows(session& db, store_identity& into) {
  into.is_there = has_table(db, "schema_version");
  for (const auto& table : tables_with_data(into.store))
    into.holds_data = into.holds_data || has_rows(db, table);
  if (!has_column(db, "owner", "batch")) return;
  storage::read_identity_rows<statement>(db, into);
}

}  // namespace

std::string new_installation_id() {
  std::array<unsigned char, 16> bytes{};
  sqlite3_randomness(static_cast<int>(bytes.size()), bytes.data());
  constexpr auto digits = "0123456789abcdef";
  std::string id;
  for (const auto byte : bytes) {
    id += digits[byte / 16U];
    id += digits[byte % 16U];
  }
  return id;
}

store_identity sqlite_identity(const std::filesystem::path& file) {
  store_identity found{.store = file.stem().string(), .place = file.string()};
  std::error_code none;
  const auto size = std::filesystem::file_size(file, none);
  if (none || size == 0) return found;
  try {
    translated([&] {
      passing_connection db{std::make_shared<database_file>(file, limits::sqlite_checkpoint_pages),
                            ""};
      db.read([&] {
        read_rows(db.database(), found);
        return true;
      });
    });
  } catch (const storage_error& e) {
    throw storage_error{e.why(), found.place + ": " + e.what()};
  }
  return found;
}

}  // namespace boxoffice
