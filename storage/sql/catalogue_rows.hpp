#pragma once

#include "actors/concert/concert_store.hpp"

#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace boxoffice::sql {

/// Reads the catalogue. **Thread**: its session's.
template <class Dialect>
class catalogue_reader {
  using statement = typename Dialect::statement;
  using row = typename Dialect::row;

 public:
  explicit catalogue_reader(typename Dialect::session& db)
      : concerts_{db,
                  "SELECT id, title, artist, description, waiting_room, active_max,"
                  " admit_per_second FROM concert"},
        schedules_{db,
                   "SELECT id, concert, starts_at, sales_open_at, sales_close_at, venue,"
                   " hold_seconds, seats_per_user_max, hold_extension_seconds FROM schedule"},
        sections_{db,
                  "SELECT schedule, name, row_count, seats_per_row, price"
                  " FROM section ORDER BY schedule, position"} {}

  catalogue load() {
    catalogue all;
    load_concerts(all);
    load_schedules(all);
    return all;
  }

 private:
  void load_concerts(catalogue& all) {
    concerts_.each([&](row& r) {
      auto c = std::make_shared<concert>();
      r.into(c->id, c->title, c->artist, c->description, c->waiting_room.enabled,
             c->waiting_room.active_max, c->waiting_room.admit_per_second);
      all.concerts.emplace(c->id, std::move(c));
    });
  }

  void load_schedules(catalogue& all) {
    std::map<schedule_id, std::vector<section>> sections;
    sections_.each([&](row& r) {
      schedule_id of;
      r.into(of);
      auto& part = sections[of].emplace_back();
      r.into(part.name, part.rows, part.seats_per_row, part.price);
    });
    schedules_.each([&](row& r) {
      auto s = std::make_shared<schedule>();
      r.into(s->id, s->concert, s->starts_at, s->sales_open_at, s->sales_close_at, s->venue,
             s->hold, s->max_seats_per_user, s->hold_extension);
      s->seats = seat_map{std::move(sections[s->id])};
      all.schedules.emplace(s->id, std::move(s));
    });
  }

  statement concerts_, schedules_, sections_;
};

/// Writes concerts, and schedules without their sections. **Thread**: its session's.
template <class Dialect>
class catalogue_writer {
  using statement = typename Dialect::statement;

 public:
  explicit catalogue_writer(typename Dialect::session& db)
      : put_concert_{db, R"(
          INSERT INTO concert
            (id, title, artist, description, waiting_room, active_max, admit_per_second)
          VALUES ($1, $2, $3, $4, $5, $6, $7)
          ON CONFLICT (id) DO UPDATE SET
            title = excluded.title, artist = excluded.artist, description = excluded.description,
            waiting_room = excluded.waiting_room, active_max = excluded.active_max,
            admit_per_second = excluded.admit_per_second)"},
        put_schedule_{db, R"(
          INSERT INTO schedule (id, concert, starts_at, sales_open_at, sales_close_at, venue,
            hold_seconds, seats_per_user_max, hold_extension_seconds)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
          ON CONFLICT (id) DO UPDATE SET
            concert = excluded.concert, starts_at = excluded.starts_at,
            sales_open_at = excluded.sales_open_at, sales_close_at = excluded.sales_close_at,
            venue = excluded.venue, hold_seconds = excluded.hold_seconds,
            seats_per_user_max = excluded.seats_per_user_max,
            hold_extension_seconds = excluded.hold_extension_seconds)"},
        drop_sections_{db, "DELETE FROM section WHERE schedule = $1"} {}

  void put(const concert& c) {
    put_concert_.run(c.id, c.title, c.artist, c.description, c.waiting_room.enabled,
                     c.waiting_room.active_max, c.waiting_room.admit_per_second);
  }
  /// The sections it had are gone.
  void put(const schedule& s) {
    put_schedule_.run(s.id, s.concert, s.starts_at, s.sales_open_at, s.sales_close_at, s.venue,
                      s.hold, s.max_seats_per_user, s.hold_extension);
    drop_sections_.run(s.id);
  }

 private:
  statement put_concert_, put_schedule_, drop_sections_;
};

}  // namespace boxoffice::sql
