#include "storage/postgres/connection.hpp"
#include "storage/postgres/migrations/migrate.hpp"
#include "storage/postgres/stores.hpp"

#include <map>
#include <utility>

namespace boxoffice {
namespace {

using namespace postgres;  // NOLINT(google-build-using-namespace): the folder's own

/// Master data changes by hand, so its rows are written one by one.
class postgres_concert_store final : public owned<concert_store> {
 public:
  explicit postgres_concert_store(const postgres_database& at)
      : owned_port{at, storage::newest_in_concert}, reads_{at} {}

  commit_result commit(std::span<const concert_write> batch) override {
    return db_.in_transaction([&] {
      for (const auto& write : batch)
        std::visit([&](const auto& row) { put(*row); }, write);
    });
  }

  catalogue load() override {
    return reads_.read([&] {
      catalogue all;
      load_concerts(all);
      load_schedules(all);
      return all;
    });
  }

 private:
  void put(const concert& c) {
    put_concert_.run(c.id, c.title, c.artist, c.description, c.waiting_room.enabled,
                     c.waiting_room.active_max, c.waiting_room.admit_per_second);
  }

  void put(const schedule& s) {
    put_schedule_.run(s.id, s.concert, s.starts_at, s.sales_open_at, s.sales_close_at, s.venue,
                      s.hold, s.max_seats_per_user);
    drop_sections_.run(s.id);
    columns sections{6};
    std::uint32_t position = 0;
    for (const auto& part : s.seats.sections())
      sections.add(s.id, position++, part.name, part.rows, part.seats_per_row, part.price);
    put_sections_.run(sections);
  }

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
      auto& part = sections[r.next<schedule_id>()].emplace_back();
      r.into(part.name, part.rows, part.seats_per_row, part.price);
    });
    schedules_.each([&](row& r) {
      auto s = std::make_shared<schedule>();
      r.into(s->id, s->concert, s->starts_at, s->sales_open_at, s->sales_close_at, s->venue,
             s->hold, s->max_seats_per_user);
      s->seats = seat_map{std::move(sections[s->id])};
      all.schedules.emplace(s->id, std::move(s));
    });
  }

  reading_connection reads_;
  statement put_concert_{db_.database(), R"(
    INSERT INTO concert
      (id, title, artist, description, waiting_room, active_max, admit_per_second)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (id) DO UPDATE SET
      title = excluded.title, artist = excluded.artist, description = excluded.description,
      waiting_room = excluded.waiting_room, active_max = excluded.active_max,
      admit_per_second = excluded.admit_per_second)"};
  statement put_schedule_{db_.database(), R"(
    INSERT INTO schedule (id, concert, starts_at, sales_open_at, sales_close_at, venue,
      hold_seconds, seats_per_user_max)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (id) DO UPDATE SET
      concert = excluded.concert, starts_at = excluded.starts_at,
      sales_open_at = excluded.sales_open_at, sales_close_at = excluded.sales_close_at,
      venue = excluded.venue, hold_seconds = excluded.hold_seconds,
      seats_per_user_max = excluded.seats_per_user_max)"};
  statement drop_sections_{db_.database(), "DELETE FROM section WHERE schedule = $1"};
  statement put_sections_{db_.database(), R"(
    INSERT INTO section (schedule, position, name, row_count, seats_per_row, price)
    SELECT * FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::integer[], $5::integer[],
      $6::bigint[]))"};
  statement concerts_{reads_.database(), R"(
    SELECT id, title, artist, description, waiting_room, active_max, admit_per_second
    FROM concert)"};
  statement schedules_{reads_.database(), R"(
    SELECT id, concert, starts_at, sales_open_at, sales_close_at, venue, hold_seconds,
      seats_per_user_max
    FROM schedule)"};
  statement sections_{reads_.database(), R"(
    SELECT schedule, name, row_count, seats_per_row, price
    FROM section ORDER BY schedule, position)"};
};

}  // namespace

postgres_concert open_postgres_concert(const postgres_database& at) {
  migrate(*at, concert_schema);
  return {std::make_unique<postgres_concert_store>(at)};
}

}  // namespace boxoffice
