#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace boxoffice::http {

/// Rows of equal length under their names, for a terminal: columns as wide as they need to be, the
/// last one as long as it is. Control characters are shown as escapes, so that no text from outside
/// moves the cursor.
class text_table {
 public:
  explicit text_table(std::vector<std::string> names) { add(std::move(names)); }
  void add(std::vector<std::string> row);
  [[nodiscard]] bool empty() const { return rows_.size() == 1; }
  void write(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;  // the names first
};

}  // namespace boxoffice::http
