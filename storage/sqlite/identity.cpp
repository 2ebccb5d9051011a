#include "storage/sqlite/identity.hpp"

#include "config/limits.hpp"
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

bool has_rows(session& db, const std::string& table) {
  statement is_there{db, "SELECT 1 FROM sqlite_schema WHERE name = ?"};
  if (!is_there.first([](row&) { return true; }, table)) return false;
  statement one{db, "SELECT 1 FROM " + table + " LIMIT 1"};
  return one.first([](row&) { return true; }).has_value();
}

void read_rows(session& db, store_identity& into) {
  for (const auto& table : tables_with_data(into.store))
    into.holds_data = into.holds_data || has_rows(db, table);
  if (!has_column(db, "owner", "batch")) return;
  statement owner{db, "SELECT epoch, batch FROM owner"};
  owner.each([&](row& r) { r.into(into.at.epoch, into.at.batch); });
  statement name{db, "SELECT id FROM installation"};
  name.each([&](row& r) { into.installation = std::string{r.next_bytes()}; });
  statement seen{db, "SELECT store, epoch, batch FROM seen"};
  seen.each([&](row& r) {
    auto& other = into.seen.emplace_back();
    other.store = std::string{r.next_bytes()};
    r.into(other.at.epoch, other.at.batch);
  });
  statement back{db, "SELECT store, epoch, batch, seen_epoch, seen_batch, seen_by FROM set_back"};
  back.each([&](row& r) {
    auto& one = into.set_backs.emplace_back();
    one.store = std::string{r.next_bytes()};
    r.into(one.is.epoch, one.is.batch, one.was.epoch, one.was.batch);
    one.seen_by = std::string{r.next_bytes()};
  });
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
