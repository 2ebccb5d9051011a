#include "storage/encoding/outcomes.hpp"
#include "storage/page.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/migrations/migrate.hpp"
#include "storage/sqlite/remembered_keys.hpp"
#include "storage/sqlite/stores.hpp"

namespace boxoffice {
namespace {

using namespace sqlite;  // NOLINT(google-build-using-namespace): the folder's own

// The numbers stand in the schema and in the statements below.
static_assert(static_cast<int>(reservation_status::held) == 0);
static_assert(static_cast<int>(reservation_status::confirmed) == 1);
static_assert(static_cast<int>(reservation_status::expired) == 2);
static_assert(static_cast<int>(reservation_status::refunded) == 4);

bool claims_seats(reservation_status s) {
  return s == reservation_status::held || s == reservation_status::confirmed;
}

/// A reservation is inserted once; after that only its status, deadline and payments change. A row
/// that comes back with other seats, user or amount is refused as the bug it is.
class sqlite_reservation_store final : public owned<reservation_store> {
 public:
  explicit sqlite_reservation_store(std::shared_ptr<database_file> file)
      : owned_port{std::move(file), storage::newest_in_reservation} {}

  commit_result commit(std::span<const reservation_write> batch) override {
    return db_.in_transaction([&] {
      for (const auto& write : batch) {
        for (const auto lapsed : write.lapsed)
          expire(lapsed);
        if (write.row) put(*write.row);
        if (write.key.present() && write.answer)
          keys_.remember(write.key, encoding::encode(*write.answer), write.at);
      }
    });
  }

  std::size_t prune_keys(time_point before, std::size_t limit) override {
    return pruner_.prune(before, limit);
  }

 private:
  void put(const reservation& r) {
    const auto seats = encoding::encode(r.seats);
    const auto before =
        status_.first([](row& found) { return found.next<reservation_status>(); }, r.id.number);
    if (!before) {
      insert_.run(r.id.number, r.schedule(), r.concert, r.user, blob{seats}, r.amount, r.status,
                  r.held_at, r.expires_at, r.payment, r.reverted);
    } else {
      const auto changed =
          update_.run(r.status, r.expires_at, r.payment, r.reverted, r.id.number, r.schedule(),
                      r.concert, r.user, blob{seats}, r.amount, r.held_at);
      expect(changed == 1, "a reservation keeps its user, seats, amount and time");
    }
    const bool claimed = before && claims_seats(*before);
    if (claims_seats(r.status) && !claimed) claim(r);
    if (claimed && !claims_seats(r.status)) free(r.id, r.seats);
  }

  void expire(reservation_id id) {
    const auto seats =
        expire_.first([](row& r) { return encoding::decode_seats(r.next_bytes()); }, id.number);
    if (seats) return free(id, *seats);
    const auto found =
        status_.first([](row& r) { return r.next<reservation_status>(); }, id.number);
    expect(found == reservation_status::expired, "only a held reservation lapses");
  }

  void claim(const reservation& r) {
    for (const auto& s : r.seats)
      claim_.run(r.schedule(), s.seat, r.id.number);
  }

  void free(reservation_id id, const std::vector<reserved_seat>& seats) {
    for (const auto& s : seats)
      expect(free_.run(id.schedule, s.seat, id.number) == 1, "a live reservation claims its seats");
  }

  statement status_{db_.database(), "SELECT status FROM reservation WHERE id = ?"};
  statement insert_{db_.database(), R"(
    INSERT INTO reservation (id, schedule, concert, user, seats, amount, status, held_at,
      expires_at, payment, reverted)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))"};
  statement update_{db_.database(), R"(
    UPDATE reservation SET status = ?, expires_at = ?, payment = ?, reverted = ?
    WHERE id = ? AND schedule = ? AND concert = ? AND user = ? AND seats = ? AND amount = ? AND held_at = ?)"};
  statement expire_{db_.database(), R"(
    UPDATE reservation SET status = 2 WHERE id = ? AND status = 0 RETURNING seats)"};
  statement claim_{db_.database(), R"(
    INSERT INTO seat_claim (schedule, seat, reservation) VALUES (?, ?, ?))"};
  statement free_{db_.database(), R"(
    DELETE FROM seat_claim WHERE schedule = ? AND seat = ? AND reservation = ?)"};
  key_writer keys_{db_.database()};
  key_pruner pruner_{db_};
};

constexpr auto columns =
    "id, schedule, concert, user, seats, amount, status, held_at, expires_at, payment, reverted";

reservation read_reservation(row& r) {
  reservation found;
  r.into(found.id.number, found.id.schedule, found.concert, found.user);
  found.seats = encoding::decode_seats(r.next_bytes());
  r.into(found.amount, found.status, found.held_at, found.expires_at, found.payment,
         found.reverted);
  return found;
}

std::string select(const std::string& rest) {
  return std::string{"SELECT "} + columns + " FROM reservation WHERE " + rest;
}

class sqlite_reservation_reader final : public reservation_reader {
 public:
  explicit sqlite_reservation_reader(std::shared_ptr<database_file> file) : db_{std::move(file)} {}

  schedule_state load_schedule(schedule_id schedule) override {
    return db_.read([&] {
      schedule_state state;
      // Every live reservation claims its seats, so the claims lead to all of them.
      live_.each([&](row& r) { state.live.push_back(read_reservation(r)); }, schedule);
      return state;
    });
  }

  std::vector<schedule_id> schedules_with_holds() override {
    return db_.read([&] {
      std::vector<schedule_id> found;
      with_holds_.each([&](row& r) { found.push_back(r.next<schedule_id>()); });
      return found;
    });
  }

  std::optional<reservation> find(reservation_id id) override {
    return db_.read([&] { return find_.first(read_reservation, id.number, id.schedule); });
  }

  page list(const user_id& user, std::optional<reservation_status> status, time_point now,
            std::uint64_t cursor, std::size_t limit) override {
    return db_.read([&] {
      return storage::read_page<page>(limit, [&](auto& items, std::size_t count) {
        const auto collect = [&](row& r) { items.push_back(read_reservation(r)); };
        const int wanted = status ? static_cast<int>(*status) : -1;
        if (cursor == 0)
          newest_.each(collect, user, now, wanted, count);
        else
          older_.each(collect, user, cursor, now, wanted, count);
      });
    });
  }

  std::optional<remembered_hold> find_key(const digest& scope) override {
    return db_.read(
        [&] { return keys_.find<remembered_hold>(scope, encoding::decode_hold_outcome); });
  }

  std::vector<digest> key_scopes(std::size_t limit) override {
    return db_.read([&] { return scopes_.scopes(limit); });
  }

 private:
  // `now` and `wanted` are parameter numbers; the limit is the parameter after them. The status is
  // the one at `now`, and -1 wants any.
  static std::string list_sql(const std::string& position, int now, int wanted) {
    const auto n = '?' + std::to_string(now);
    const auto w = '?' + std::to_string(wanted);
    return select("user = ?1" + position + " AND " + w +
                  " IN (-1, CASE WHEN status = 0 AND expires_at <= " + n +
                  " THEN 2 ELSE status END)"
                  " ORDER BY held_at DESC, id DESC LIMIT ?" +
                  std::to_string(wanted + 1));
  }

  reading_connection db_;
  statement live_{db_.database(),
                  select("id IN (SELECT reservation FROM seat_claim WHERE schedule = ?)"
                         " ORDER BY id")};
  statement with_holds_{db_.database(),
                        "SELECT DISTINCT schedule FROM reservation WHERE status = 0"};
  statement find_{db_.database(), select("id = ? AND schedule = ?")};
  statement newest_{db_.database(), list_sql("", 2, 3)};
  statement older_{
      db_.database(),
      list_sql(" AND (held_at, id) < (SELECT held_at, id FROM reservation WHERE id = ?2)", 3, 4)};
  key_finder keys_{db_.database()};
  key_list scopes_{db_.database()};
};

}  // namespace

reservation_storage open_reservation_storage(const std::filesystem::path& file,
                                             const storage_tuning& how) {
  migrate(file, reservation_schema);
  const auto shared = std::make_shared<database_file>(file, how.log_pages_max);
  reservation_storage opened;
  translated([&] {
    opened.store = std::make_unique<sqlite_reservation_store>(shared);
    opened.reader = std::make_unique<sqlite_reservation_reader>(shared);
  });
  opened.file = shared;
  return opened;
}

}  // namespace boxoffice
