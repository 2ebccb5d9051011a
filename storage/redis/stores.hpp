#pragma once

#include "actors/queue/queue_store.hpp"
#include "actors/queue_ranking/queue_ranking_store.hpp"
#include "actors/ranking/ranking_store.hpp"
#include "config/limits.hpp"
#include "storage/books_parts.hpp"
#include "storage/owner_row_source.hpp"
#include "storage/store_identity.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

/// Waiting rooms and rankings in Redis. Opening takes the keys over from the process that wrote
/// them before. The store writes through one connection, each reader reads through its own; all
/// open again after they were lost.
///
/// **Thread** opening: any. Store and readers may live on different threads, each on one at a time.
/// **Faults** storage_error (`unreachable` is worth another try; `refused` for a URL that is none),
/// schema_too_new.
namespace boxoffice {

struct redis_queue_ranking {
  std::unique_ptr<queue_ranking_store> store;
  std::unique_ptr<queue_reader> queue;
  std::unique_ptr<ranking_reader> ranking;
};

/// The forms of `url` are in storage/redis/location.hpp; `marks_kept` are the marks of applied
/// events that each consumer keeps. With `seen` it is taken over only if its row is still
/// so: a storage_error (`conflict`) otherwise.
redis_queue_ranking open_redis_queue_ranking(
    const std::string& url, std::size_t marks_kept = limits::applied_events_kept,
    const std::optional<cluster::owner_row>& seen = std::nullopt);

/// Who owns it.
std::unique_ptr<owner_row_source> redis_owner(const std::string& url);

/// What it says of itself, before it is opened. **Faults** storage_error.
store_identity redis_identity(const std::string& url);

/// What the audit reads of it, beside a server or without one. Of a server at work the pages may be
/// of different moments: the youngest marks may be there and not their totals.
books_part redis_books(const std::string& url);

/// Redis needs no migration: the first owner writes the layout. A line to print; **Faults** as
/// above.
std::string check_redis(const std::string& url);

}  // namespace boxoffice
