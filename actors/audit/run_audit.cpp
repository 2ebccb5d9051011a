#include "actors/audit/run_audit.hpp"

#include <utility>

namespace boxoffice::audit {

audit_terms terms_of(const settings& how, reading reads) {
  using enum audit_terms::heard_from;
  return {.how = reads,
          .undo_time = undo_time_of(how.payment.undo_tries_max, how.payment.step_time),
          .they_hear_from = how.ranking.source == ranking_source::outbox ? outbox : broker};
}

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
