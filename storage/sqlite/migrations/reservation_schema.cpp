#include "storage/sqlite/migrations/schema.hpp"

#include <array>

namespace boxoffice::sqlite {
namespace {

// Status: 0 held, 1 confirmed, 2 expired, 3 released, 4 refunded. An id carries its schedule in the
// bits from 36 on, so the reservations of a schedule lie side by side.
constexpr auto version_1 = R"(
CREATE TABLE reservation (
  id INTEGER PRIMARY KEY CHECK (id > 0),
  concert INTEGER NOT NULL,
  user TEXT NOT NULL,
  seats BLOB NOT NULL,
  amount INTEGER NOT NULL CHECK (amount >= 0),
  status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 4),
  held_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL CHECK (expires_at >= held_at),
  payment INTEGER NOT NULL,
  reverted INTEGER NOT NULL,
  CHECK (status <> 1 OR payment <> 0)
) STRICT;
CREATE INDEX reservation_by_user ON reservation (user, held_at);
CREATE INDEX reservation_held ON reservation (id) WHERE status = 0;

-- Who holds or has bought a seat: at most one reservation each (promise G1).
CREATE TABLE seat_claim (
  schedule INTEGER NOT NULL,
  seat INTEGER NOT NULL,
  reservation INTEGER NOT NULL REFERENCES reservation (id),
  PRIMARY KEY (schedule, seat),
  CHECK (reservation >> 36 = schedule)
) STRICT, WITHOUT ROWID;

-- In order of insertion: pruning takes the oldest rows without an index on their time.
CREATE TABLE remembered_key (
  ordinal INTEGER PRIMARY KEY,
  scope_high INTEGER NOT NULL,
  scope_low INTEGER NOT NULL,
  body_high INTEGER NOT NULL,
  body_low INTEGER NOT NULL,
  answer BLOB NOT NULL,
  at INTEGER NOT NULL,
  UNIQUE (scope_high, scope_low)
) STRICT;
)";

constexpr std::array migrations{migration{1, "reservations, seat claims, keys", version_1}};

}  // namespace

const schema reservation_schema{"reservation", migrations};

}  // namespace boxoffice::sqlite
