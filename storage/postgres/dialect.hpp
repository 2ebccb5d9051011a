#pragma once

#include "storage/postgres/connection.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace boxoffice::postgres {

/// What the readers in storage/sql need to know of PostgreSQL.
struct dialect {
  using session = link;
  using statement = postgres::statement;
  using row = postgres::row;
  using reading_connection = postgres::reading_connection;
  using writing_connection = postgres::writing_connection;
  using location = std::shared_ptr<server_database>;

  /// The column with the id of a user.
  static constexpr auto user = "user_id";
  /// Whether a value is among those of a query. **Why** an array: it is read first, so that the
  /// values are looked up by their index.
  static std::string among(const std::string& query) { return "= ANY(ARRAY(" + query + "))"; }
  /// Parked events p with their rows o of the outbox. **Why** lateral: few are parked and the
  /// outbox is large; any other join might walk all of it.
  static constexpr auto parked_events =
      "parked_event p JOIN LATERAL"
      " (SELECT * FROM outbox WHERE sequence = p.sequence LIMIT 1) o ON true";
  /// The key k, if any, whose answer is the end of a payment. **Why** lateral: as above.
  static constexpr auto waiting_key =
      "LATERAL (SELECT scope_high, scope_low, body_high, body_low FROM remembered_key w"
      " WHERE w.payment = payment.id AND w.answer IS NULL ORDER BY w.ordinal DESC LIMIT 1) k"
      " ON true";
  /// For counting the few that are neither under way nor completed.
  static constexpr auto payments_by_state = "payment";
  static constexpr auto last_sequence = "SELECT last_sequence FROM outbox_counter";

  /// The larger of two values.
  static constexpr auto greatest = "greatest";

  /// How many rows a statement changed, of what `run` gives.
  static std::size_t changed(const answer& of) { return of.affected(); }
  static bool has_table(session& db, const std::string& table) {
    statement found{db, "SELECT 1 WHERE to_regclass($1) IS NOT NULL"};
    return found.run(table).rows() != 0;
  }
  static bool has_column(session& db, const std::string& table, const std::string& column) {
    statement found{db,
                    "SELECT 1 FROM pg_attribute WHERE attrelid = $1::regclass"
                    " AND attname = $2 AND NOT attisdropped"};
    return found.run(table, column).rows() != 0;
  }
};

}  // namespace boxoffice::postgres
