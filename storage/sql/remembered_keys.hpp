#pragma once

#include "actors/commit/commit.hpp"
#include "actors/core/idempotency.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

/// The table `remembered_key`, which every service with idempotent commands has.
namespace boxoffice::sql {

/// Deletes the oldest keys, in bounded steps.
template <class Dialect>
class key_pruner {
 public:
  explicit key_pruner(typename Dialect::writing_connection& db)
      : db_{db},
        delete_{db.database(),
                "DELETE FROM remembered_key WHERE ordinal " +
                    Dialect::among("SELECT ordinal FROM (SELECT ordinal, at FROM remembered_key"
                                   " ORDER BY ordinal LIMIT $1) o WHERE at < $2")} {}
  /// Of the `limit` oldest keys, those remembered before `before`, in a transaction of its own; how
  /// many.
  std::size_t prune(time_point before, std::size_t limit) {
    std::size_t pruned = 0;
    const auto outcome =
        db_.in_transaction([&] { pruned = Dialect::changed(delete_.run(limit, before)); });
    return outcome == commit_outcome::committed ? pruned : 0;
  }

 private:
  typename Dialect::writing_connection& db_;
  typename Dialect::statement delete_;
};

/// The answer that stands under a key.
template <class Dialect>
class key_finder {
 public:
  explicit key_finder(typename Dialect::session& db)
      : select_{db,
                "SELECT body_high, body_low, answer FROM remembered_key"
                " WHERE scope_high = $1 AND scope_low = $2"} {}
  /// As a `Remembered` {body, answer}, whose answer `decode` makes from the stored bytes.
  template <class Remembered, class Decode>
  std::optional<Remembered> find(const digest& scope, Decode decode) {
    return select_.first(
        [&](typename Dialect::row& r) {
          Remembered found;
          r.into(found.body.high, found.body.low);
          found.answer = decode(r.next_bytes());
          return found;
        },
        scope.high, scope.low);
  }

 private:
  typename Dialect::statement select_;
};

/// All keys there are, youngest first.
template <class Dialect>
class key_list {
 public:
  explicit key_list(typename Dialect::session& db)
      : select_{db,
                "SELECT ordinal, scope_high, scope_low FROM remembered_key WHERE ordinal < $1"
                " ORDER BY ordinal DESC LIMIT $2"} {}
  key_page page(std::int64_t cursor, std::size_t limit) {
    key_page found;
    std::int64_t last = 0;
    select_.each(
        [&](typename Dialect::row& r) {
          auto& scope = found.scopes.emplace_back();
          r.into(last, scope.high, scope.low);
        },
        cursor == 0 ? INT64_MAX : cursor, limit);
    if (found.scopes.size() == limit) found.next = last;
    return found;
  }

 private:
  typename Dialect::statement select_;
};

}  // namespace boxoffice::sql
