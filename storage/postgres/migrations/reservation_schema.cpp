#include "storage/postgres/migrations/schema.hpp"

#include <array>

namespace boxoffice::postgres {
namespace {

// Status: 0 held, 1 confirmed, 2 expired, 3 released, 4 refunded.
constexpr auto version_1 = R"(
CREATE TABLE reservation (
  id bigint PRIMARY KEY CHECK (id > 0),
  concert bigint NOT NULL,
  user_id text NOT NULL,
  seats bytea NOT NULL,
  amount bigint NOT NULL CHECK (amount >= 0),
  status smallint NOT NULL CHECK (status BETWEEN 0 AND 4),
  held_at bigint NOT NULL,
  expires_at bigint NOT NULL CHECK (expires_at >= held_at),
  payment bigint NOT NULL,
  reverted bigint NOT NULL,
  CHECK (status <> 1 OR payment <> 0)
) WITH (fillfactor = 80);
CREATE INDEX reservation_by_user ON reservation (user_id, held_at, id);
CREATE INDEX reservation_held ON reservation (id) WHERE status = 0;

-- Who holds or has bought a seat: at most one reservation each (docs/PROMISES.md, G1).
CREATE TABLE seat_claim (
  schedule bigint NOT NULL,
  seat integer NOT NULL,
  reservation bigint NOT NULL REFERENCES reservation (id),
  PRIMARY KEY (schedule, seat),
  CHECK (reservation >> 36 = schedule)
);

-- In order of insertion: pruning takes the oldest rows without an index on their time.
CREATE TABLE remembered_key (
  ordinal bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  scope_high bigint NOT NULL,
  scope_low bigint NOT NULL,
  body_high bigint NOT NULL,
  body_low bigint NOT NULL,
  answer bytea NOT NULL,
  at bigint NOT NULL,
  UNIQUE (scope_high, scope_low)
);
)";

// Until here an id began with its schedule, in the bits from 36 on.
constexpr auto version_3 = R"(
ALTER TABLE reservation ADD COLUMN schedule bigint NOT NULL DEFAULT 0;
UPDATE reservation SET schedule = id >> 36;
DROP INDEX reservation_held;
CREATE INDEX reservation_held ON reservation (schedule) WHERE status = 0;
ALTER TABLE seat_claim DROP CONSTRAINT seat_claim_check;
)";

// 0: nobody was let in yet.
constexpr auto version_5 = R"(
ALTER TABLE reservation ADD COLUMN admitted_at bigint NOT NULL DEFAULT 0;
)";

// 0: it was not extended.
constexpr auto version_6 = R"(
ALTER TABLE reservation ADD COLUMN extended_at bigint NOT NULL DEFAULT 0;
)";

const std::array migrations{
    migration{1, "reservations, seat claims, keys", version_1},
    migration{2, "the functions of batches", batch_functions},
    migration{3, "ids with a schedule beside them", version_3},
    migration{4, "the installation, and what was seen of the others", installation_tables},
    migration{5, "when a ticket was first admitted", version_5},
    migration{6, "when a hold was extended", version_6}};

}  // namespace

const schema reservation_schema{"reservation", migrations};

}  // namespace boxoffice::postgres
