#include "storage/sqlite/statement.hpp"

#include <algorithm>
#include <charconv>

namespace boxoffice::sqlite {

bool statement::stands_in_order(std::string_view sql) {
  int seen = 0;
  for (auto at = sql.find('$'); at != std::string_view::npos; at = sql.find('$', at + 1)) {
    int number = 0;
    std::from_chars(sql.data() + at + 1, sql.data() + sql.size(), number);
    if (number > seen + 1) return false;
    seen = std::max(seen, number);
  }
  return true;
}

}  // namespace boxoffice::sqlite
