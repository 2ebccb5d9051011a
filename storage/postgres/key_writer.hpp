#pragma once

#include "actors/core/idempotency.hpp"
#include "storage/postgres/connection.hpp"

#include <string>

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

}  // namespace boxoffice::postgres
