#pragma once

#include "actors/audit/audit.hpp"
#include "actors/audit/books_reader.hpp"
#include "actors/core/time.hpp"
#include "config/settings.hpp"

namespace boxoffice::audit {

/// What the settings of an installation say about its books.
audit_terms terms_of(const settings& how, reading reads);

/// Reads and checks; while a server runs it reads again before it accuses anybody. `terms.now` is
/// taken from `time`. Throws what the reader throws. **Thread**: the reader's; it may take seconds.
///
/// **Why** the second reading may follow at once: its first snapshot is younger than the last one
/// of the first reading, so what had not reached payment yet has reached it by then.
audit_report run_audit(books_reader& reader, audit_terms terms, const clock& time);

}  // namespace boxoffice::audit
