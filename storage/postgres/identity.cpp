#include "storage/postgres/connection.hpp"
#include "storage/postgres/stores.hpp"

namespace boxoffice {
namespace {

using namespace postgres;  // NOLINT(google-build-using-namespace): the folder's own

bool is_there(link& db, const std::string& name) {
  statement found{db, "SELECT to_regclass($1) IS NOT NULL"};
  return found.run(name).text(0, 0) == "t";
}

void read_rows(link& db, store_identity& into) {
  for (const auto& table : tables_with_data(into.store))
    into.holds_data = into.holds_data || (is_there(db, table) &&
                                          db.run("SELECT 1 FROM " + table + " LIMIT 1").rows() > 0);
  if (!is_there(db, "installation")) return;
  statement owner{db, "SELECT epoch, batch FROM owner"};
  owner.each([&](row& r) { r.into(into.at.epoch, into.at.batch); });
  statement name{db, "SELECT id FROM installation"};
  name.each([&](row& r) { into.installation = std::string{r.next_text()}; });
  statement seen{db, "SELECT store, epoch, batch FROM seen"};
  seen.each([&](row& r) {
    auto& other = into.seen.emplace_back();
    other.store = std::string{r.next_text()};
    r.into(other.at.epoch, other.at.batch);
  });
  statement back{db, "SELECT store, epoch, batch, seen_epoch, seen_batch, seen_by FROM set_back"};
  back.each([&](row& r) {
    auto& one = into.set_backs.emplace_back();
    one.store = std::string{r.next_text()};
    r.into(one.is.epoch, one.is.batch, one.was.epoch, one.was.batch);
    one.seen_by = std::string{r.next_text()};
  });
}

}  // namespace

store_identity postgres_identity(const std::string& service, const postgres_database& at) {
  store_identity found{.store = service, .place = at->name()};
  const auto db = at->new_link(purpose::upkeep);
  db->open();
  read_rows(*db, found);
  return found;
}

}  // namespace boxoffice
