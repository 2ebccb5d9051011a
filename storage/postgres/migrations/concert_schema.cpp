#include "storage/postgres/migrations/schema.hpp"

#include <array>

namespace boxoffice::postgres {
namespace {

constexpr auto version_1 = R"(
CREATE TABLE concert (
  id bigint PRIMARY KEY CHECK (id > 0),
  title text NOT NULL,
  artist text NOT NULL,
  description text,
  waiting_room boolean NOT NULL,
  active_max bigint NOT NULL CHECK (active_max >= 0),
  admit_per_second bigint NOT NULL CHECK (admit_per_second >= 0)
);

CREATE TABLE schedule (
  id bigint PRIMARY KEY CHECK (id > 0),
  concert bigint NOT NULL REFERENCES concert (id),
  starts_at bigint NOT NULL,
  sales_open_at bigint NOT NULL,
  sales_close_at bigint NOT NULL,
  venue text NOT NULL,
  hold_seconds bigint NOT NULL CHECK (hold_seconds > 0),
  seats_per_user_max integer NOT NULL CHECK (seats_per_user_max > 0),
  CHECK (sales_open_at <= sales_close_at AND sales_close_at <= starts_at)
);
CREATE INDEX schedule_by_concert ON schedule (concert);

CREATE TABLE section (
  schedule bigint NOT NULL REFERENCES schedule (id),
  position integer NOT NULL,
  name text NOT NULL,
  row_count integer NOT NULL CHECK (row_count > 0),
  seats_per_row integer NOT NULL CHECK (seats_per_row > 0),
  price bigint NOT NULL CHECK (price >= 0),
  PRIMARY KEY (schedule, position),
  UNIQUE (schedule, name)
);
)";

// 0: it may not.
constexpr auto version_3 = R"(
ALTER TABLE schedule ADD COLUMN hold_extension_seconds bigint NOT NULL DEFAULT 0
  CHECK (hold_extension_seconds >= 0);
)";

const std::array migrations{
    migration{1, "concerts, schedules, sections", version_1},
    migration{2, "the installation, and what was seen of the others", installation_tables},
    migration{3, "by how much a hold may be extended", version_3}};

}  // namespace

const schema concert_schema{"concert", migrations};

}  // namespace boxoffice::postgres
