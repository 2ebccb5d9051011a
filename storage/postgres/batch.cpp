#include "storage/postgres/batch.hpp"

#include <utility>

namespace boxoffice::postgres {

batch_statement::batch_statement(link& on, std::string sql)
    : on_{on}, sql_{std::move(sql)}, name_{on.name_for(sql_)} {}

void batch_statement::prepare() {
  if (prepared_ == on_.generation()) return;
  on_.run("PREPARE " + name_ + " AS " + sql_);
  prepared_ = on_.generation();
}

void batch::begin(batch_statement& what) {
  calls_.push_back(&what);
  text_.append("EXECUTE ").append(what.name_).append("(");
  first_ = true;
}

// standard_conforming_strings is on, as a backslash in an array needs it to be.
void batch::put(std::string_view value, std::string_view end) {
  if (!std::exchange(first_, false)) text_ += ',';
  text_ += '\'';
  for (auto quote = value.find('\''); quote != value.npos; quote = value.find('\'')) {
    text_.append(value.substr(0, quote + 1)) += '\'';
    value.remove_prefix(quote + 1);
  }
  text_.append(value).append(end);
}

void batch::put(const std::optional<std::string>& value) {
  if (value) return put(*value);
  if (!std::exchange(first_, false)) text_ += ',';
  text_ += "NULL";
}

void batch::prepare() {
  for (auto* each : calls_)
    each->prepare();
}

}  // namespace boxoffice::postgres
