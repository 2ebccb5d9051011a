#include "actors/audit/run_audit.hpp"

#include <utility>

namespace boxoffice::audit {

audit_report run_audit(books_reader& reader, audit_terms terms, const clock& time) {
  const auto check = [&] {
    terms.now = to_unix_ms(time.now());
    return check_books(reader.read(), terms);
  };
  auto report = check();
  if (report.ok() || terms.how == reading::offline) return report;
  return confirm(report, check());
}

}  // namespace boxoffice::audit
