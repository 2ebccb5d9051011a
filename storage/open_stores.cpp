#include "storage/open_stores.hpp"

#include "config/limits.hpp"
#include "config/log.hpp"
#include "storage/postgres/audit_reader.hpp"
#include "storage/postgres/stores.hpp"
#include "storage/redis/stores.hpp"
#include "storage/sqlite/audit_reader.hpp"
#include "storage/sqlite/migrations/migrate.hpp"
#include "storage/sqlite/node_storage.hpp"
#include "storage/storage_error.hpp"

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

books_parts books_of(const settings& how) {
  auto parts = how.store.kind == store_kind::sqlite ? sqlite_books(how.node.data_dir)
                                                    : postgres_books(locations_in(how));
  if (is_in_redis(how))
    parts.queue_ranking = redis_books(how.queue_ranking.url.reveal());
  else if (how.store.kind == store_kind::postgres)
    parts.queue_ranking = sqlite_books(how.node.data_dir).queue_ranking;
  return parts;
}

/// Waiting rooms and rankings, into `into`; what the audit reads of them.
books_part open_queue_ranking(const settings& how, node_stores& into) {
  if (is_in_redis(how)) {
    const auto url = how.queue_ranking.url.reveal();
    auto opened = open_redis_queue_ranking(url);
    into.queue_ranking = std::move(opened.store);
    into.queue_reads = std::move(opened.queue);
    into.ranking_reads = std::move(opened.ranking);
    return redis_books(url);
  }
  return open_embedded_queue_ranking(how.node.data_dir, into);
}

/// The four services that keep SQL, into `into`; what the audit reads of them.
books_parts open_sql_stores(const settings& how, node_stores& into) {
  if (how.store.kind == store_kind::sqlite) return open_sqlite_stores(how.node.data_dir, into);
  open_postgres_stores(locations_in(how), into);
  return postgres_books(locations_in(how));
}

node_stores open_once(const settings& how) {
  node_stores all;
  auto queue_ranking = open_queue_ranking(how, all);
  auto parts = open_sql_stores(how, all);
  parts.queue_ranking = std::move(queue_ranking);
  all.books = make_books_reader(std::move(parts));
  return all;
}

bool may_end_by_itself(const storage_error& e) {
  using kind = storage_error::kind;
  constexpr std::array passing{kind::unreachable, kind::too_slow, kind::locked, kind::conflict,
                               kind::read_only};
  return std::ranges::find(passing, e.why()) != passing.end();
}

}  // namespace

node_stores open_stores(const settings& how, std::stop_token stop) {
  std::mutex lock;
  std::condition_variable_any stopped;
  for (auto wait = limits::store_retry_first;; wait = std::min(2 * wait, limits::store_retry_max)) {
    try {
      return open_once(how);
    } catch (const storage_error& e) {
      if (!may_end_by_itself(e)) throw;
      log(log_level::warning, "main", "waiting for a database", {{"error", e.what()}});
      std::unique_lock hold{lock};
      if (stopped.wait_for(hold, stop, wait, [&] { return stop.stop_requested(); })) throw;
    }
  }
}

std::vector<std::string> migrate_stores(const settings& how) {
  auto lines = how.store.kind == store_kind::sqlite ? migrate_sqlite(how.node.data_dir)
                                                    : migrate_postgres(locations_in(how));
  lines.push_back(is_in_redis(how) ? check_redis(how.queue_ranking.url.reveal())
                                   : migrate_queue_ranking(how.node.data_dir));
  return lines;
}

std::unique_ptr<audit::books_reader> open_audit_reader(const settings& how) {
  return make_books_reader(books_of(how));
}

}  // namespace boxoffice
