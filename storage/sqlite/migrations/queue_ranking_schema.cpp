#include "storage/sqlite/migrations/schema.hpp"

#include <array>

namespace boxoffice::sqlite {
namespace {

// State: 0 waiting, 1 active, 2 used, 3 left, 4 expired.
constexpr auto version_1 = R"(
CREATE TABLE queue_entry (
  token INTEGER PRIMARY KEY CHECK (token > 0),
  concert INTEGER NOT NULL,
  user TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4),
  expires_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  UNIQUE (concert, sequence)
) STRICT;
-- One live token per user and concert.
CREATE UNIQUE INDEX queue_entry_live ON queue_entry (concert, user) WHERE state IN (0, 1);
CREATE INDEX queue_entry_ended ON queue_entry (changed_at) WHERE state >= 2;

-- The highest sequence among the entries that were pruned.
CREATE TABLE pruned_room (
  concert INTEGER PRIMARY KEY,
  last_sequence INTEGER NOT NULL
) STRICT;

CREATE TABLE sales_bucket (
  minute INTEGER NOT NULL,
  schedule INTEGER NOT NULL,
  seats INTEGER NOT NULL,
  PRIMARY KEY (minute, schedule)
) STRICT, WITHOUT ROWID;

CREATE TABLE sales_total (
  consumer TEXT NOT NULL,
  schedule INTEGER NOT NULL,
  seats INTEGER NOT NULL,
  last_paid_at INTEGER NOT NULL,
  sold_out_at INTEGER NOT NULL,
  PRIMARY KEY (consumer, schedule)
) STRICT, WITHOUT ROWID;

CREATE TABLE applied_event (
  consumer TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  event INTEGER NOT NULL,
  PRIMARY KEY (consumer, sequence),
  UNIQUE (consumer, event)
) STRICT, WITHOUT ROWID;
)";

// Without the index of events, which lie all over it: a page for each of them in every commit. The
// outbox gives an event one sequence, so the primary key says as much.
constexpr auto version_2 = R"(
CREATE TABLE applied_by_sequence (
  consumer TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  event INTEGER NOT NULL,
  PRIMARY KEY (consumer, sequence)
) STRICT, WITHOUT ROWID;
INSERT INTO applied_by_sequence SELECT consumer, sequence, event FROM applied_event;
DROP TABLE applied_event;
ALTER TABLE applied_by_sequence RENAME TO applied_event;
)";

// Marks are forgotten by how many there are: sequences begin with an epoch, and have gaps.
constexpr auto version_3 = R"(
CREATE TABLE forgotten_marks (
  consumer TEXT PRIMARY KEY,
  forgotten_through INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO forgotten_marks
  SELECT consumer, max(sequence) - 4000000 FROM applied_event
  GROUP BY consumer HAVING max(sequence) > 4000000;
)";

// Boards that were counted from the payments, up to which event.
constexpr auto version_5 = R"(
CREATE TABLE filled_board (
  consumer TEXT PRIMARY KEY,
  through INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)";

const std::array migrations{
    migration{1, "waiting rooms, boards", version_1},
    migration{2, "applied events by sequence alone", version_2},
    migration{3, "marks that are forgotten", version_3},
    migration{4, "the installation, and what was seen of the others", installation_tables},
    migration{5, "boards counted from the payments", version_5}};

}  // namespace

const schema queue_ranking_schema{"queue_ranking", migrations};

}  // namespace boxoffice::sqlite
