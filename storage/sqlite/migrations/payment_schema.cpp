#include "storage/sqlite/migrations/schema.hpp"

#include <array>

namespace boxoffice::sqlite {
namespace {

// State: 0 started, 1 debited, 2 completed, 3 failed, 4 refunding, 5 compensated, 6 parked,
// 7 refund_started, 8 refund_released, 9 refunded.
constexpr auto version_1 = R"(
CREATE TABLE payment (
  id INTEGER PRIMARY KEY CHECK (id > 0),
  reservation INTEGER NOT NULL,
  concert INTEGER NOT NULL,
  user TEXT NOT NULL,
  amount INTEGER NOT NULL CHECK (amount >= 0),
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 9),
  failure INTEGER NOT NULL,
  reason TEXT NOT NULL,
  token INTEGER NOT NULL,
  holds_else INTEGER NOT NULL CHECK (holds_else IN (0, 1)),
  seats INTEGER NOT NULL,
  balance INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  deadline INTEGER NOT NULL,
  completed_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX payment_by_reservation ON payment (reservation, created_at);
CREATE INDEX payment_open ON payment (created_at) WHERE state IN (0, 1, 4, 7, 8);

-- One payment at a time keeps the seats of a reservation (docs/PROMISES.md, G5): paid, or on the
-- way back from there. A payment that was parked before it completed keeps none for certain.
CREATE UNIQUE INDEX payment_keeps_seats ON payment (reservation)
  WHERE state IN (2, 7, 8) OR (state = 6 AND completed_at <> 0);

CREATE TABLE saga_note (
  payment INTEGER NOT NULL REFERENCES payment (id),
  ordinal INTEGER NOT NULL,
  at INTEGER NOT NULL,
  state INTEGER NOT NULL,
  step INTEGER NOT NULL,
  what TEXT NOT NULL,
  PRIMARY KEY (payment, ordinal)
) STRICT, WITHOUT ROWID;

-- AUTOINCREMENT: a sequence is not given again after its event was pruned.
CREATE TABLE outbox (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id INTEGER NOT NULL UNIQUE,
  kind INTEGER NOT NULL CHECK (kind IN (0, 1)),
  payment INTEGER NOT NULL,
  user TEXT NOT NULL,
  reservation INTEGER NOT NULL,
  concert INTEGER NOT NULL,
  seats INTEGER NOT NULL,
  amount INTEGER NOT NULL,
  token INTEGER NOT NULL,
  holds_else INTEGER NOT NULL CHECK (holds_else IN (0, 1)),
  paid_at INTEGER NOT NULL,
  occurred_at INTEGER NOT NULL,
  UNIQUE (payment, kind)
) STRICT;

CREATE TABLE consumer (
  name TEXT PRIMARY KEY,
  sequence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE remembered_key (
  ordinal INTEGER PRIMARY KEY,
  scope_high INTEGER NOT NULL,
  scope_low INTEGER NOT NULL,
  body_high INTEGER NOT NULL,
  body_low INTEGER NOT NULL,
  payment INTEGER NOT NULL,
  answer BLOB,
  at INTEGER NOT NULL,
  UNIQUE (scope_high, scope_low)
) STRICT;
CREATE INDEX remembered_key_waiting ON remembered_key (payment) WHERE answer IS NULL;
)";

// Events that a consumer does not take, with their later siblings of the same schedule. The
// reference keeps them in the outbox for as long as they are parked.
constexpr auto version_2 = R"(
ALTER TABLE payment ADD COLUMN released_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX payment_by_age ON payment (created_at);
CREATE INDEX payment_unusual ON payment (state, created_at) WHERE state IN (3, 5, 6, 9);

CREATE TABLE parked_event (
  consumer TEXT NOT NULL,
  schedule INTEGER NOT NULL,
  sequence INTEGER NOT NULL REFERENCES outbox (sequence),
  event INTEGER NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (consumer, schedule, sequence),
  UNIQUE (event, consumer)
) STRICT, WITHOUT ROWID;
CREATE INDEX parked_event_by_sequence ON parked_event (sequence, consumer);
)";

// The timeline of a payment, in its row: storage/encoding/timeline.hpp says how it is written.
constexpr auto version_3 = R"(
ALTER TABLE payment ADD COLUMN notes TEXT NOT NULL DEFAULT '';
UPDATE payment SET notes = coalesce((
  SELECT group_concat(at || ' ' || state || ' ' || step || ' ' ||
    replace(replace(what, '\', '\\'), char(10), '\n') || char(10), '')
  FROM (SELECT * FROM saga_note WHERE payment = payment.id ORDER BY ordinal)), '');
DROP TABLE saga_note;
)";

// Where a saga was when it was parked; what was parked before is told as far as it can be known.
constexpr auto version_4 = R"(
ALTER TABLE payment ADD COLUMN parked_from INTEGER NOT NULL DEFAULT 0
  CHECK (parked_from BETWEEN 0 AND 9);
UPDATE payment SET parked_from = CASE WHEN completed_at <> 0 THEN 7 ELSE 4 END WHERE state = 6;
)";

// Until here the id of a reservation began with its schedule, in the bits from 36 on.
constexpr auto version_5 = R"(
ALTER TABLE payment ADD COLUMN schedule INTEGER NOT NULL DEFAULT 0;
UPDATE payment SET schedule = reservation >> 36;
ALTER TABLE outbox ADD COLUMN schedule INTEGER NOT NULL DEFAULT 0;
UPDATE outbox SET schedule = reservation >> 36;
)";

// The request that a payment, and an event, came of. Empty: of before, or nobody's.
constexpr auto version_7 = R"(
ALTER TABLE payment ADD COLUMN request_id TEXT NOT NULL DEFAULT '';
ALTER TABLE payment ADD COLUMN traceparent TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN request_id TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN traceparent TEXT NOT NULL DEFAULT '';
)";

// Which seats were paid, for those who hear of it outside. Empty: of before.
constexpr auto version_8 = R"(
ALTER TABLE payment ADD COLUMN seat_names TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN seat_names TEXT NOT NULL DEFAULT '';
)";

// How far the outbox was pruned: the last sequence, and the newest time of what is gone. Of before
// it is not known what was pruned; it was not more than what is not there.
constexpr auto version_9 = R"(
CREATE TABLE outbox_pruned (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  through INTEGER NOT NULL,
  until INTEGER NOT NULL
) STRICT;
INSERT INTO outbox_pruned SELECT 1,
  coalesce((SELECT min(sequence) - 1 FROM outbox),
           (SELECT seq FROM sqlite_sequence WHERE name = 'outbox'), 0),
  coalesce((SELECT min(occurred_at) FROM outbox), (SELECT max(changed_at) FROM payment), 0);
)";

const std::array migrations{
    migration{1, "payments, timeline, outbox, keys", version_1},
    migration{2, "parked events, lists of sagas, the release of a refund", version_2},
    migration{3, "timelines in the rows of payments", version_3},
    migration{4, "where a saga was parked", version_4},
    migration{5, "ids with a schedule beside them", version_5},
    migration{6, "the installation, and what was seen of the others", installation_tables},
    migration{7, "the requests that payments and events came of", version_7},
    migration{8, "which seats payments and events are about", version_8},
    migration{9, "how far the outbox was pruned", version_9}};

}  // namespace

const schema payment_schema{"payment", migrations};

}  // namespace boxoffice::sqlite
