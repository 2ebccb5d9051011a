#pragma once

#include "actors/core/idempotency.hpp"
#include "storage/postgres/connection.hpp"

#include <optional>
#include <string>
#include <vector>

/// The table `remembered_key`, which every service with idempotent commands has.
namespace boxoffice::postgres {

/// Remembers answers for keys. A key that is there already is a bug: the whole batch fails.
class key_writer {
 public:
  explicit key_writer(link& db) : insert_{db, insert_sql} {}
  void add(const request_key& key, const std::string& answer, time_point at) {
    rows_.add(key.scope.high, key.scope.low, key.body.high, key.body.low, bytes{answer}, at);
  }
  /// Writes what was added.
  void write(batch& into) {
    if (rows_.rows() > 0) into.call(insert_, rows_);
  }
  /// Forgets what was added: a batch begins.
  void clear() { rows_ = columns{6}; }

 private:
  static constexpr auto insert_sql =
      "INSERT INTO remembered_key (scope_high, scope_low, body_high, body_low, answer, at)"
      " SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bytea[],"
      " $6::bigint[])";
  batch_statement insert_;
  columns rows_{6};
};

/// Deletes the oldest keys, in bounded steps.
class key_pruner {
 public:
  explicit key_pruner(writing_connection& db) : db_{db}, delete_{db.database(), delete_sql} {}
  /// Of the `limit` oldest keys, those remembered before `before`, in a transaction of its own; how
  /// many.
  std::size_t prune(time_point before, std::size_t limit) {
    std::size_t pruned = 0;
    const auto outcome =
        db_.in_transaction([&] { pruned = delete_.run(limit, before).affected(); });
    return outcome == commit_outcome::committed ? pruned : 0;
  }

 private:
  writing_connection& db_;
  static constexpr auto delete_sql =
      "DELETE FROM remembered_key WHERE ordinal = ANY(ARRAY("
      " SELECT ordinal FROM (SELECT ordinal, at FROM remembered_key ORDER BY ordinal LIMIT $1) o"
      " WHERE at < $2))";
  statement delete_;
};

/// The answer that stands under a key.
class key_finder {
 public:
  explicit key_finder(link& db) : select_{db, select_sql} {}
  /// As a `Remembered` {body, answer}, whose answer `decode` makes from the stored bytes.
  template <class Remembered, class Decode>
  std::optional<Remembered> find(const digest& scope, Decode decode) {
    return select_.first(
        [&](row& r) {
          Remembered found;
          r.into(found.body.high, found.body.low);
          found.answer = decode(r.next_bytes());
          return found;
        },
        scope.high, scope.low);
  }

 private:
  static constexpr auto select_sql =
      "SELECT body_high, body_low, answer FROM remembered_key"
      " WHERE scope_high = $1 AND scope_low = $2";
  statement select_;
};

/// All keys there are, youngest first.
class key_list {
 public:
  explicit key_list(link& db) : select_{db, select_sql} {}
  std::vector<digest> scopes(std::size_t limit) {
    std::vector<digest> all;
    select_.each(
        [&](row& r) {
          auto& scope = all.emplace_back();
          r.into(scope.high, scope.low);
        },
        limit);
    return all;
  }

 private:
  static constexpr auto select_sql =
      "SELECT scope_high, scope_low FROM remembered_key ORDER BY ordinal DESC LIMIT $1";
  statement select_;
};

}  // namespace boxoffice::postgres
