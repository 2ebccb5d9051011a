#include "storage/sqlite/migrations/schema.hpp"

#include <array>

namespace boxoffice::sqlite {
namespace {

// Status: 0 held, 1 confirmed, 2 expired, 3 released, 4 refunded.
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

-- Who holds or has bought a seat: at most one reservation each (docs/PROMISES.md, G1).
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

// Until here an id began with its schedule, in the bits from 36 on.
constexpr auto version_2 = R"(
ALTER TABLE reservation ADD COLUMN schedule INTEGER NOT NULL DEFAULT 0;
UPDATE reservation SET schedule = id >> 36;
DROP INDEX reservation_held;
CREATE INDEX reservation_held ON reservation (schedule) WHERE status = 0;

CREATE TABLE seat_claim_of_any_id (
  schedule INTEGER NOT NULL,
  seat INTEGER NOT NULL,
  reservation INTEGER NOT NULL REFERENCES reservation (id),
  PRIMARY KEY (schedule, seat)
) STRICT, WITHOUT ROWID;
INSERT INTO seat_claim_of_any_id SELECT schedule, seat, reservation FROM seat_claim;
DROP TABLE seat_claim;
ALTER TABLE seat_claim_of_any_id RENAME TO seat_claim;
)";

// 0: nobody was let in yet.
constexpr auto version_4 = R"(
ALTER TABLE reservation ADD COLUMN admitted_at INTEGER NOT NULL DEFAULT 0;
)";

// 0: it was not extended.
constexpr auto version_5 = R"(
ALTER TABLE reservation ADD COLUMN extended_at INTEGER NOT NULL DEFAULT 0;
)";

const std::array migrations{
    migration{1, "reservations, seat claims, keys", version_1},
    migration{2, "ids with a schedule beside them", version_2},
    migration{3, "the installation, and what was seen of the others", installation_tables},
    migration{4, "when a ticket was first admitted", version_4},
    migration{5, "when a hold was extended", version_5}};

}  // namespace

const schema reservation_schema{"reservation", migrations};

}  // namespace boxoffice::sqlite
