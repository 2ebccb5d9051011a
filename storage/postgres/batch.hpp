#pragma once

#include "storage/postgres/link.hpp"
#include "storage/postgres/values.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice::postgres {

class batch;

/// A statement of batches, prepared on its connection and called by name. What it must have done is
/// checked by itself, with the function `expect` of the database: nobody sees its answer.
/// **Thread**: its link's.
class batch_statement {
 public:
  batch_statement(link& on, std::string sql);

 private:
  friend class batch;
  void prepare();

  link& on_;
  const std::string sql_;
  const std::string name_;
  std::uint64_t prepared_{0};  // in this generation of the link
};

/// The calls of one batch. They are sent in one message, which PostgreSQL runs as one transaction:
/// one way there and back, however many kinds of writes there are. **Source**: manual, 55.2.2.1.
class batch {
 public:
  /// Each value is an argument, `columns` one for each column.
  template <class... Values>
  void call(batch_statement& what, const Values&... values) {
    begin(what);
    (give(values), ...);
    text_ += ");";
  }
  /// Prepares what is not yet prepared on its connection.
  void prepare();
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void begin(batch_statement& what);
  template <class T>
  void give(const T& value) {
    put(to_sql(value));
  }
  void give(const columns& rows) {
    for (const auto& column : rows.arrays())
      put(column.open(), "}'");
  }
  void put(const std::string& value) { put(value, "'"); }
  void put(const std::optional<std::string>& value);
  /// `end`: what is left of the text, and the quote.
  void put(std::string_view value, std::string_view end);

  std::vector<batch_statement*> calls_;
  std::string text_;
  bool first_{true};
};

}  // namespace boxoffice::postgres
