#pragma once

#include "actors/core/idempotency.hpp"
#include "storage/sqlite/connection.hpp"

#include <string>

namespace boxoffice::sqlite {

/// Remembers answers for keys. A key that is there already is a bug: the whole batch fails.
class key_writer {
 public:
  explicit key_writer(session& db) : insert_{db, insert_sql} {}
  void remember(const request_key& key, const std::string& answer, time_point at) {
    insert_.run(key.scope.high, key.scope.low, key.body.high, key.body.low, blob{answer}, at);
  }

 private:
  static constexpr auto insert_sql =
      "INSERT INTO remembered_key (scope_high, scope_low, body_high, body_low, answer, at)"
      " VALUES (?, ?, ?, ?, ?, ?)";
  statement insert_;
};

}  // namespace boxoffice::sqlite
