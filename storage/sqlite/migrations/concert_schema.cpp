#include "storage/sqlite/migrations/schema.hpp"

#include <array>

namespace boxoffice::sqlite {
namespace {

constexpr auto version_1 = R"(
CREATE TABLE concert (
  id INTEGER PRIMARY KEY CHECK (id > 0),
  title TEXT NOT NULL,
  artist TEXT NOT NULL,
  description TEXT,
  waiting_room INTEGER NOT NULL CHECK (waiting_room IN (0, 1)),
  active_max INTEGER NOT NULL CHECK (active_max >= 0),
  admit_per_second INTEGER NOT NULL CHECK (admit_per_second >= 0)
) STRICT;

CREATE TABLE schedule (
  id INTEGER PRIMARY KEY CHECK (id > 0),
  concert INTEGER NOT NULL REFERENCES concert (id),
  starts_at INTEGER NOT NULL,
  sales_open_at INTEGER NOT NULL,
  sales_close_at INTEGER NOT NULL,
  venue TEXT NOT NULL,
  hold_seconds INTEGER NOT NULL CHECK (hold_seconds > 0),
  seats_per_user_max INTEGER NOT NULL CHECK (seats_per_user_max > 0),
  CHECK (sales_open_at <= sales_close_at AND sales_close_at <= starts_at)
) STRICT;
CREATE INDEX schedule_by_concert ON schedule (concert);

CREATE TABLE section (
  schedule INTEGER NOT NULL REFERENCES schedule (id),
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  row_count INTEGER NOT NULL CHECK (row_count > 0),
  seats_per_row INTEGER NOT NULL CHECK (seats_per_row > 0),
  price INTEGER NOT NULL CHECK (price >= 0),
  PRIMARY KEY (schedule, position),
  UNIQUE (schedule, name)
) STRICT, WITHOUT ROWID;
)";

// 0: it may not.
constexpr auto version_3 = R"(
ALTER TABLE schedule ADD COLUMN hold_extension_seconds INTEGER NOT NULL DEFAULT 0
  CHECK (hold_extension_seconds >= 0);
)";

const std::array migrations{
    migration{1, "concerts, schedules, sections", version_1},
    migration{2, "the installation, and what was seen of the others", installation_tables},
    migration{3, "by how much a hold may be extended", version_3}};

}  // namespace

const schema concert_schema{"concert", migrations};

}  // namespace boxoffice::sqlite
