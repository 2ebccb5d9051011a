#pragma once

#include "storage/sqlite/connection.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace boxoffice::sqlite {

/// What the readers in storage/sql need to know of SQLite.
struct dialect {
  using session = sqlite::session;
  using statement = sqlite::statement;
  using row = sqlite::row;
  using reading_connection = sqlite::reading_connection;
  using writing_connection = sqlite::writing_connection;
  using location = std::shared_ptr<database_file>;

  /// The column with the id of a user.
  static constexpr auto user = "user";
  /// Whether a value is among those of a query.
  static std::string among(const std::string& query) { return "IN (" + query + ")"; }
  /// Parked events p with their rows o of the outbox.
  static constexpr auto parked_events = "parked_event p JOIN outbox o ON o.sequence = p.sequence";
  /// The key k, if any, whose answer is the end of a payment.
  static constexpr auto waiting_key =
      "remembered_key k ON k.ordinal = (SELECT max(w.ordinal) FROM remembered_key w"
      " WHERE w.payment = payment.id AND w.answer IS NULL)";
  /// For counting the few that are neither under way nor completed.
  static constexpr auto payments_by_state = "payment INDEXED BY payment_unusual";
  static constexpr auto last_sequence = "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'";

  /// The larger of two values.
  static constexpr auto greatest = "max";

  /// How many rows a statement changed, of what `run` gives.
  static std::size_t changed(int rows) { return static_cast<std::size_t>(rows); }
  static bool has_table(session& db, const std::string& table) {
    statement found{db, "SELECT 1 FROM sqlite_schema WHERE name = $1"};
    return found.first([](row&) { return true; }, table).has_value();
  }
  static bool has_column(session& db, const std::string& table, const std::string& column) {
    statement found{db, "SELECT 1 FROM pragma_table_info($1) WHERE name = $2"};
    return found.first([](row&) { return true; }, table, column).has_value();
  }
};

}  // namespace boxoffice::sqlite
