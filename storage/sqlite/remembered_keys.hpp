#pragma once

#include "actors/core/idempotency.hpp"
#include "storage/sqlite/connection.hpp"

#include <optional>
#include <string>
#include <vector>

/// The table `remembered_key`, which every service with idempotent commands has.
namespace boxoffice::sqlite {

/// Remembers answers for keys. A key that is there already is a bug: the whole batch fails.
class key_writer {
 public:
  explicit key_writer(SQLite::Database& db) : insert_{db, insert_sql} {}
  void remember(const request_key& key, const std::string& answer, time_point at) {
    insert_.run(key.scope.high, key.scope.low, key.body.high, key.body.low, blob{answer}, at);
  }

 private:
  static constexpr auto insert_sql =
      "INSERT INTO remembered_key (scope_high, scope_low, body_high, body_low, answer, at)"
      " VALUES (?, ?, ?, ?, ?, ?)";
  statement insert_;
};

/// Deletes the oldest keys, in bounded steps.
class key_pruner {
 public:
  explicit key_pruner(SQLite::Database& db) : delete_{db, delete_sql} {}
  /// Of the `limit` oldest keys, those remembered before `before`; how many.
  std::size_t prune(time_point before, std::size_t limit) {
    return static_cast<std::size_t>(delete_.run(limit, before));
  }

 private:
  static constexpr auto delete_sql =
      "DELETE FROM remembered_key WHERE ordinal IN"
      " (SELECT ordinal FROM (SELECT ordinal, at FROM remembered_key ORDER BY ordinal LIMIT ?)"
      "  WHERE at < ?)";
  statement delete_;
};

/// The answer that stands under a key.
class key_finder {
 public:
  struct found {
    digest body;
    std::string answer;
  };
  explicit key_finder(SQLite::Database& db) : select_{db, select_sql} {}
  std::optional<found> find(const digest& scope) {
    return select_.first(
        [](row& r) {
          found f;
          r.into(f.body.high, f.body.low, f.answer);
          return f;
        },
        scope.high, scope.low);
  }

 private:
  static constexpr auto select_sql =
      "SELECT body_high, body_low, answer FROM remembered_key"
      " WHERE scope_high = ? AND scope_low = ?";
  statement select_;
};

/// All keys there are, youngest first.
class key_list {
 public:
  explicit key_list(SQLite::Database& db) : select_{db, select_sql} {}
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
      "SELECT scope_high, scope_low FROM remembered_key ORDER BY ordinal DESC LIMIT ?";
  statement select_;
};

}  // namespace boxoffice::sqlite
