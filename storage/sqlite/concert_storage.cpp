#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/migrations/migrate.hpp"
#include "storage/sqlite/stores.hpp"

namespace boxoffice {
namespace {

using namespace sqlite;  // NOLINT(google-build-using-namespace): the folder's own

class sqlite_concert_store final : public owned<concert_store> {
 public:
  explicit sqlite_concert_store(std::shared_ptr<database_file> file)
      : owned_port{std::move(file), storage::newest_in_concert} {}

  commit_result commit(std::span<const concert_write> batch) override {
    return db_.in_transaction([&] {
      for (const auto& write : batch)
        std::visit([&](const auto& row) { put(*row); }, write);
    });
  }

  catalogue load() override {
    catalogue all;
    translated([&] {
      load_concerts(all);
      load_schedules(all);
    });
    return all;
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
    std::uint32_t position = 0;
    for (const auto& part : s.seats.sections())
      put_section_.run(s.id, position++, part.name, part.rows, part.seats_per_row, part.price);
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

  statement put_concert_{db_.database(), R"(
    INSERT INTO concert
      (id, title, artist, description, waiting_room, active_max, admit_per_second)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET
      title = excluded.title, artist = excluded.artist, description = excluded.description,
      waiting_room = excluded.waiting_room, active_max = excluded.active_max,
      admit_per_second = excluded.admit_per_second)"};
  statement put_schedule_{db_.database(), R"(
    INSERT INTO schedule (id, concert, starts_at, sales_open_at, sales_close_at, venue,
      hold_seconds, seats_per_user_max)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET
      concert = excluded.concert, starts_at = excluded.starts_at,
      sales_open_at = excluded.sales_open_at, sales_close_at = excluded.sales_close_at,
      venue = excluded.venue, hold_seconds = excluded.hold_seconds,
      seats_per_user_max = excluded.seats_per_user_max)"};
  statement drop_sections_{db_.database(), "DELETE FROM section WHERE schedule = ?"};
  statement put_section_{db_.database(), R"(
    INSERT INTO section (schedule, position, name, row_count, seats_per_row, price)
    VALUES (?, ?, ?, ?, ?, ?))"};
  statement concerts_{db_.database(), R"(
    SELECT id, title, artist, description, waiting_room, active_max, admit_per_second
    FROM concert)"};
  statement schedules_{db_.database(), R"(
    SELECT id, concert, starts_at, sales_open_at, sales_close_at, venue, hold_seconds,
      seats_per_user_max
    FROM schedule)"};
  statement sections_{db_.database(), R"(
    SELECT schedule, name, row_count, seats_per_row, price
    FROM section ORDER BY schedule, position)"};
};

}  // namespace

concert_storage open_concert_storage(const std::filesystem::path& file, const storage_tuning& how) {
  migrate(file, concert_schema);
  const auto shared = std::make_shared<database_file>(file, how.log_pages_max);
  concert_storage opened;
  translated([&] { opened.store = std::make_unique<sqlite_concert_store>(shared); });
  return opened;
}

}  // namespace boxoffice
