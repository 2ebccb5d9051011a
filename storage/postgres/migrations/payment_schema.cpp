#include "storage/postgres/migrations/schema.hpp"

#include <array>

namespace boxoffice::postgres {
namespace {

// State: 0 started, 1 debited, 2 completed, 3 failed, 4 refunding, 5 compensated, 6 parked,
// 7 refund_started, 8 refund_released, 9 refunded.
constexpr auto version_1 = R"(
CREATE TABLE payment (
  id bigint PRIMARY KEY CHECK (id > 0),
  reservation bigint NOT NULL,
  concert bigint NOT NULL,
  user_id text NOT NULL,
  amount bigint NOT NULL CHECK (amount >= 0),
  state smallint NOT NULL CHECK (state BETWEEN 0 AND 9),
  failure smallint NOT NULL,
  reason text NOT NULL,
  token bigint NOT NULL,
  holds_else boolean NOT NULL,
  seats integer NOT NULL,
  balance bigint NOT NULL,
  created_at bigint NOT NULL,
  deadline bigint NOT NULL,
  completed_at bigint NOT NULL,
  changed_at bigint NOT NULL,
  released_at bigint NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX payment_by_reservation ON payment (reservation, created_at);
CREATE INDEX payment_open ON payment (created_at, id) WHERE state IN (0, 1, 4, 7, 8);
CREATE INDEX payment_by_age ON payment (created_at, id);
CREATE INDEX payment_unusual ON payment (state, created_at, id) WHERE state IN (3, 5, 6, 9);

-- One payment at a time keeps the seats of a reservation (docs/PROMISES.md, G5): paid, or on the
-- way back from there. A payment that was parked before it completed keeps none for certain.
CREATE UNIQUE INDEX payment_keeps_seats ON payment (reservation)
  WHERE state IN (2, 7, 8) OR (state = 6 AND completed_at <> 0);

CREATE TABLE saga_note (
  payment bigint NOT NULL REFERENCES payment (id),
  ordinal bigint GENERATED ALWAYS AS IDENTITY,
  at bigint NOT NULL,
  state smallint NOT NULL,
  step smallint NOT NULL,
  what text NOT NULL,
  PRIMARY KEY (payment, ordinal)
);

-- The last sequence that was given.
CREATE TABLE outbox_counter (
  only_row integer PRIMARY KEY CHECK (only_row = 1),
  last_sequence bigint NOT NULL
);
INSERT INTO outbox_counter VALUES (1, 0);

CREATE TABLE outbox (
  sequence bigint PRIMARY KEY,
  id bigint NOT NULL UNIQUE,
  kind smallint NOT NULL CHECK (kind IN (0, 1)),
  payment bigint NOT NULL,
  user_id text NOT NULL,
  reservation bigint NOT NULL,
  concert bigint NOT NULL,
  seats integer NOT NULL,
  amount bigint NOT NULL,
  token bigint NOT NULL,
  holds_else boolean NOT NULL,
  paid_at bigint NOT NULL,
  occurred_at bigint NOT NULL,
  UNIQUE (payment, kind)
);

CREATE TABLE consumer (
  name text PRIMARY KEY,
  sequence bigint NOT NULL
);

-- Events that a consumer does not take, with their later siblings of the same schedule. The
-- reference keeps them in the outbox for as long as they are parked.
CREATE TABLE parked_event (
  consumer text NOT NULL,
  schedule bigint NOT NULL,
  sequence bigint NOT NULL REFERENCES outbox (sequence),
  event bigint NOT NULL,
  reason text NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (consumer, schedule, sequence),
  UNIQUE (event, consumer)
);
CREATE INDEX parked_event_by_sequence ON parked_event (sequence, consumer);

CREATE TABLE remembered_key (
  ordinal bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  scope_high bigint NOT NULL,
  scope_low bigint NOT NULL,
  body_high bigint NOT NULL,
  body_low bigint NOT NULL,
  payment bigint NOT NULL,
  answer bytea,
  at bigint NOT NULL,
  UNIQUE (scope_high, scope_low)
);
CREATE INDEX remembered_key_waiting ON remembered_key (payment, ordinal) WHERE answer IS NULL;
)";

// The timeline of a payment, in its row: storage/encoding/timeline.hpp says how it is written.
constexpr auto version_2 = R"(
ALTER TABLE payment ADD COLUMN notes text NOT NULL DEFAULT '';
UPDATE payment p SET notes = n.notes FROM (
  SELECT payment, string_agg(at || ' ' || state || ' ' || step || ' ' ||
    replace(replace(what, '\', '\\'), chr(10), '\n') || chr(10), '' ORDER BY ordinal) AS notes
  FROM saga_note GROUP BY payment) n WHERE n.payment = p.id;
DROP TABLE saga_note;
)";

// A key is written twice, when its payment begins and when it is answered. With no index on what
// changes then, and room in its page, the second time writes none of them (HOT).
constexpr auto version_4 = R"(
DROP INDEX remembered_key_waiting;
CREATE INDEX remembered_key_by_payment ON remembered_key (payment);
ALTER TABLE remembered_key SET (fillfactor = 50);
)";

// Where a saga was when it was parked; what was parked before is told as far as it can be known.
constexpr auto version_5 = R"(
ALTER TABLE payment ADD COLUMN parked_from smallint NOT NULL DEFAULT 0
  CHECK (parked_from BETWEEN 0 AND 9);
UPDATE payment SET parked_from = CASE WHEN completed_at <> 0 THEN 7 ELSE 4 END WHERE state = 6;
)";

// Until here the id of a reservation began with its schedule, in the bits from 36 on.
constexpr auto version_6 = R"(
ALTER TABLE payment ADD COLUMN schedule bigint NOT NULL DEFAULT 0;
UPDATE payment SET schedule = reservation >> 36;
ALTER TABLE outbox ADD COLUMN schedule bigint NOT NULL DEFAULT 0;
UPDATE outbox SET schedule = reservation >> 36;
)";

// The request that a payment, and an event, came of. Empty: of before, or nobody's.
constexpr auto version_8 = R"(
ALTER TABLE payment ADD COLUMN request_id text NOT NULL DEFAULT '';
ALTER TABLE payment ADD COLUMN traceparent text NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN request_id text NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN traceparent text NOT NULL DEFAULT '';
)";

// Which seats were paid, for those who hear of it outside. Empty: of before.
constexpr auto version_9 = R"(
ALTER TABLE payment ADD COLUMN seat_names text NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN seat_names text NOT NULL DEFAULT '';
)";

// How far the outbox was pruned: the last sequence, and the newest time of what is gone. Of before
// it is not known what was pruned; it was not more than what is not there.
constexpr auto version_10 = R"(
CREATE TABLE outbox_pruned (
  only_row integer PRIMARY KEY CHECK (only_row = 1),
  through bigint NOT NULL,
  until bigint NOT NULL
);
INSERT INTO outbox_pruned SELECT 1,
  coalesce((SELECT min(sequence) - 1 FROM outbox), (SELECT last_sequence FROM outbox_counter), 0),
  coalesce((SELECT min(occurred_at) FROM outbox), (SELECT max(changed_at) FROM payment), 0);
)";

const std::array migrations{
    migration{1, "payments, timeline, outbox, keys", version_1},
    migration{2, "timelines in the rows of payments", version_2},
    migration{3, "the functions of batches", batch_functions},
    migration{4, "keys in place", version_4},
    migration{5, "where a saga was parked", version_5},
    migration{6, "ids with a schedule beside them", version_6},
    migration{7, "the installation, and what was seen of the others", installation_tables},
    migration{8, "the requests that payments and events came of", version_8},
    migration{9, "which seats payments and events are about", version_9},
    migration{10, "how far the outbox was pruned", version_10}};

}  // namespace

const schema payment_schema{"payment", migrations};

}  // namespace boxoffice::postgres
