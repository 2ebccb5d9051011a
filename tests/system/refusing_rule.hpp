#pragma once

#include "tests/rush/postgres_databases.hpp"
#include "tests/system/running_server.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace boxoffice::system_test {

/// What a store refuses a row for.
inline const std::vector<std::string> refusal_kinds{"unique", "check", "foreign_key", "type",
                                                    "too_long"};

/// Rows that a store does not take any more.
struct refused_rows {
  std::string service, table;
  std::string when;             ///< SQL about NEW; USER stands for the column of the user
  std::string event{"INSERT"};  ///< or UPDATE
};

/// A rule in a database of a running server, beside those of its schema, which refuses some rows as
/// a rule of this kind would. **Requires** one rule for each table and event at a time.
class refusing_rule {
 public:
  /// `at`: null when the services keep their data in files; queue_ranking always does.
  refusing_rule(running_server& server, const rush::postgres_databases* at,
                const refused_rows& rows, const std::string& kind);
  void lift();

 private:
  void make_embedded(const refused_rows& rows, const std::string& kind);
  void make_on_server(const refused_rows& rows, const std::string& kind);

  std::function<void(const std::string&)> run_;
  std::string lifting_;
};

}  // namespace boxoffice::system_test
