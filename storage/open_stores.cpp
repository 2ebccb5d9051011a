#include "storage/open_stores.hpp"

#include "config/limits.hpp"
#include "logging/log.hpp"
#include "storage/ownership.hpp"
#include "storage/postgres/audit_reader.hpp"
#include "storage/postgres/stores.hpp"
#include "storage/redis/stores.hpp"
#include "storage/sqlite/audit_reader.hpp"
#include "storage/sqlite/backup.hpp"
#include "storage/sqlite/identity.hpp"
#include "storage/sqlite/migrations/migrate.hpp"
#include "storage/sqlite/node_storage.hpp"
#include "storage/storage_error.hpp"
#include "storage/store_identity.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace boxoffice {
namespace {

postgres_locations locations_in(const settings& how) {
  const auto& store = how.store;
  return {.concert = store.concert.url.reveal(),
          .reservation = store.reservation.url.reveal(),
          .point = store.point.url.reveal(),
          .payment = store.payment.url.reveal()};
}

bool is_in_redis(const settings& how) {
  return how.queue_ranking.kind == ranking_store_kind::redis;
}

std::vector<store_identity> read_identities(const settings& how) {
  const auto files = files_in(how.node.data_dir);
  const auto at = locations_in(how);
  const auto of = [&](const char* service, const std::filesystem::path& file,
                      const std::string& location) {
    return how.store.kind == store_kind::sqlite ? sqlite_identity(file)
                                                : postgres_identity(service, postgres_at(location));
  };
  const auto& roles = how.node.roles;
  std::vector<store_identity> all;
  if (roles.contains(role::concert)) all.push_back(of("concert", files.concert, at.concert));
  if (roles.contains(role::reservation))
    all.push_back(of("reservation", files.reservation, at.reservation));
  if (roles.contains(role::point)) all.push_back(of("point", files.point, at.point));
  if (roles.contains(role::payment)) all.push_back(of("payment", files.payment, at.payment));
  if (roles.contains(role::queue_ranking))
    all.push_back(is_in_redis(how) ? redis_identity(how.queue_ranking.url.reveal())
                                   : sqlite_identity(files.queue_ranking));
  return all;
}

// Twice, for a server may be at work: what a store was seen to hold first, then what it holds.
std::vector<store_identity> identities_of(const settings& how) {
  auto all = read_identities(how);
  const auto later = read_identities(how);
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i].at = later[i].at;
  return all;
}

// What the audit reads of how the stores stand to each other.
books_part stores_of(const settings& how) {
  return [how](audit::books& into) {
    const auto all = identities_of(how);
    auto found = check_installation(all, {}).found;
    for (const auto& each : all)
      found.insert(found.end(), each.set_backs.begin(), each.set_backs.end());
    for (const auto& one : found)
      into.set_backs.push_back({one.store, describe(one)});
  };
}

books_parts books_of(const settings& how) {
  auto parts = how.store.kind == store_kind::sqlite ? sqlite_books(how.node.data_dir)
                                                    : postgres_books(locations_in(how));
  if (is_in_redis(how))
    parts.queue_ranking = redis_books(how.queue_ranking.url.reveal());
  else if (how.store.kind == store_kind::postgres)
    parts.queue_ranking = sqlite_books(how.node.data_dir).queue_ranking;
  parts.stores = stores_of(how);
  return parts;
}

/// Waiting rooms and rankings, into `into`; what the audit reads of them.
books_part open_queue_ranking(const settings& how, node_stores& into,
                              const std::vector<cluster::owner_row>& seen) {
  if (is_in_redis(how)) {
    const auto url = how.queue_ranking.url.reveal();
    auto opened = open_redis_queue_ranking(url, limits::applied_events_kept,
                                           cluster::row_of("queue_ranking", seen));
    into.queue_ranking = std::move(opened.store);
    into.queue_reads = std::move(opened.queue);
    into.ranking_reads = std::move(opened.ranking);
    return redis_books(url);
  }
  return open_embedded_queue_ranking(how.node.data_dir, into);
}

/// The four services that keep SQL, into `into`; what the audit reads of them.
books_parts open_sql_stores(const settings& how, node_stores& into,
                            const std::vector<cluster::owner_row>& seen) {
  if (how.store.kind == store_kind::sqlite)
    return open_sqlite_stores(how.node.data_dir, into, how.node.roles);
  open_postgres_stores(locations_in(how), into, how.node.roles, seen);
  return postgres_books(locations_in(how));
}

owned_store& store_of(const std::string& service, node_stores& all) {
  if (service == "concert") return *all.concert;
  if (service == "reservation") return *all.reservation;
  if (service == "point") return *all.point;
  if (service == "payment") return *all.payment;
  return *all.queue_ranking;
}

// Stores without data first: where nobody else holds data yet, an empty one is no loss. A node that
// does not have them all leaves it to the owner of the catalogue to found an installation.
void adopt(const installation& which, std::vector<store_identity> stores, node_stores& all) {
  const auto id = which.id.empty() && all.concert ? new_installation_id() : which.id;
  all.installation = id;
  if (id.empty()) return;
  std::ranges::stable_sort(stores, {}, &store_identity::holds_data);
  for (const auto& each : stores) {
    auto known = each.set_backs;
    for (const auto& found : which.found)
      if (found.store == each.store) known.push_back(found);
    if (each.installation != id || known.size() != each.set_backs.size())
      store_of(each.store, all).belong_to(id, known);
    for (const auto& one : known) {
      all.notes.push_back({each.store, describe(one)});
      log(log_level::error, "storage",
          "a store lost commits; it goes on, and gives no number again",
          {{"store", each.store}, {"found", describe(one)}});
    }
  }
}

/// `found`: what attempts before this one have found set back. **Why**: a store that they took over
/// has a new epoch, and does not look set back any more. `seen`: free_stores::rows.
node_stores open_once(const settings& how, std::vector<set_back>& found,
                      const std::vector<cluster::owner_row>& seen,
                      const std::string& new_store = {}) {
  const auto stores = identities_of(how);
  auto which = check_installation(stores, new_store);
  for (const auto& one : found)
    if (std::ranges::find(which.found, one.store, &set_back::store) == which.found.end())
      which.found.push_back(one);
  found = which.found;
  node_stores all;
  books_part queue_ranking;
  if (how.node.roles.contains(role::queue_ranking))
    queue_ranking = open_queue_ranking(how, all, seen);
  auto parts = open_sql_stores(how, all, seen);
  parts.queue_ranking = std::move(queue_ranking);
  parts.stores = stores_of(how);
  // The books of some services alone say nothing.
  const bool all_here = std::ranges::all_of(
      every_role, [&](role r) { return r == role::gateway || how.node.roles.contains(r); });
  if (all_here) all.books = make_books_reader(std::move(parts));
  adopt(which, stores, all);
  return all;
}

}  // namespace

node_stores open_stores(const settings& how, std::stop_token stop,
                        const std::function<void()>& stands_by) {
  std::mutex lock;
  std::condition_variable_any stopped;
  std::vector<set_back> found;
  const std::function<void()> told_once = [&stands_by, told = false]() mutable {
    if (stands_by && !std::exchange(told, true)) stands_by();
  };
  for (auto wait = limits::store_retry_first;; wait = std::min(2 * wait, limits::store_retry_max)) {
    try {
      const auto leave = await_ownership(how, stop, told_once);
      if (stop.stop_requested()) return {};
      auto opened = open_once(how, found, leave.rows);
      note_ownership(how, opened);
      return opened;
    } catch (const storage_error& e) {
      if (!may_end_by_itself(e)) throw;
      log(log_level::warning, "main", "waiting for a database", {{"error", e.what()}});
      std::unique_lock hold{lock};
      if (stopped.wait_for(hold, stop, wait, [&] { return stop.stop_requested(); })) throw;
    }
  }
}

node_stores open_stores_alone(const settings& how) {
  std::stop_source stop;
  const auto leave = await_ownership(how, stop.get_token(), [&stop] { stop.request_stop(); });
  if (stop.stop_requested())
    throw storage_error{
        storage_error::kind::misplaced,
        "another node serves from these stores, or did a moment ago: stop it first. "
        "Nothing was changed"};
  std::vector<set_back> found;
  auto opened = open_once(how, found, leave.rows);
  note_ownership(how, opened);
  return opened;
}

std::vector<std::string> migrate_stores(const settings& how) {
  check_installation(identities_of(how), {});
  const auto& roles = how.node.roles;
  auto lines = how.store.kind == store_kind::sqlite ? migrate_sqlite(how.node.data_dir, roles)
                                                    : migrate_postgres(locations_in(how), roles);
  if (roles.contains(role::queue_ranking))
    lines.push_back(is_in_redis(how) ? check_redis(how.queue_ranking.url.reveal())
                                     : migrate_queue_ranking(how.node.data_dir));
  return lines;
}

namespace {

void expect_here(const settings& how, const std::string& service) {
  if (std::ranges::find(how.node.roles, service, [](role r) { return name_of(r); }) ==
      how.node.roles.end())
    throw storage_error{storage_error::kind::misplaced,
                        service + ": node.roles of these settings leaves it out"};
}

}  // namespace

std::string make_new_store(const settings& how, const std::string& service) {
  expect_here(how, service);
  for (const auto& each : identities_of(how)) {
    if (each.store != service) continue;
    if (each.holds_data || !each.installation.empty())
      throw storage_error{
          storage_error::kind::misplaced,
          service + ": " + each.place + " is there already. To begin it anew, move it away first"};
  }
  std::vector<set_back> found;
  open_once(how, found, {}, service);
  return service + ": made anew, empty";
}

std::string accept_set_back(const settings& how, const std::string& service) {
  expect_here(how, service);
  std::vector<set_back> found;
  auto all = open_once(how, found, {});
  for (const auto& each : identities_of(how))
    if (each.store == service) store_of(service, all).belong_to(each.installation, {});
  return service + ": that it was set back is accepted";
}

namespace {

void expect_embedded(const settings& how) {
  if (how.store.kind == store_kind::sqlite && !is_in_redis(how)) return;
  throw storage_error{
      storage_error::kind::misplaced,
      "backup and restore are for the embedded stores; those in PostgreSQL and Redis "
      "are dumped with their own tools (docs/OPERATIONS.md says how)"};
}

}  // namespace

void back_up_stores(const settings& how, const std::filesystem::path& to) {
  expect_embedded(how);
  back_up_sqlite(how.node.data_dir, to);
}

void restore_stores(const settings& how, const std::filesystem::path& from) {
  expect_embedded(how);
  restore_sqlite(from, how.node.data_dir);
}

std::unique_ptr<audit::books_reader> open_audit_reader(const settings& how) {
  return make_books_reader(books_of(how));
}

}  // namespace boxoffice
