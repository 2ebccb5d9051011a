#include "storage/open_stores.hpp"

#include "config/limits.hpp"
#include "config/log.hpp"
#include "storage/postgres/audit_reader.hpp"
#include "storage/postgres/stores.hpp"
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

books_parts books_of(const settings& how) {
  auto parts = sqlite_books(how.node.data_dir);
  if (how.store.kind == store_kind::postgres) {
    auto rest = std::move(parts.queue_ranking);
    parts = postgres_books(locations_in(how));
    parts.queue_ranking = std::move(rest);
  }
  return parts;
}

node_stores open_once(const settings& how) {
  if (how.store.kind == store_kind::sqlite) return open_node_stores(how.node.data_dir);
  node_stores all;
  auto queue_ranking = open_queue_ranking_storage(files_in(how.node.data_dir).queue_ranking);
  open_postgres_stores(locations_in(how), all);
  all.queue_ranking = std::move(queue_ranking.store);
  all.queue_reads = std::move(queue_ranking.queue);
  all.ranking_reads = std::move(queue_ranking.ranking);
  auto parts = postgres_books(locations_in(how));
  parts.queue_ranking = sqlite_books(audited_files{{}, {}, {}, queue_ranking.file}).queue_ranking;
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
  if (how.store.kind == store_kind::sqlite) return migrate_all(how.node.data_dir);
  auto lines = migrate_postgres(locations_in(how));
  lines.push_back(migrate_queue_ranking(how.node.data_dir));
  return lines;
}

std::unique_ptr<audit::books_reader> open_audit_reader(const settings& how) {
  return make_books_reader(books_of(how));
}

}  // namespace boxoffice
