#include "storage/encoding/outcomes.hpp"
#include "storage/sql/reservation_reader.hpp"
#include "storage/sqlite/dialect.hpp"
#include "storage/sqlite/key_writer.hpp"
#include "storage/sqlite/migrations/migrate.hpp"
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
                  r.held_at, r.expires_at, r.payment, r.reverted, r.admitted_at, r.extended_at);
    } else {
      const auto changed = update_.run(r.status, r.expires_at, r.payment, r.reverted, r.admitted_at,
                                       r.extended_at, r.id.number, r.schedule(), r.concert, r.user,
                                       blob{seats}, r.amount, r.held_at);
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
      expires_at, payment, reverted, admitted_at, extended_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))"};
  statement update_{db_.database(), R"(
    UPDATE reservation SET status = ?, expires_at = ?, payment = ?, reverted = ?, admitted_at = ?,
      extended_at = ?
    WHERE id = ? AND schedule = ? AND concert = ? AND user = ? AND seats = ? AND amount = ? AND held_at = ?)"};
  statement expire_{db_.database(), R"(
    UPDATE reservation SET status = 2 WHERE id = ? AND status = 0 RETURNING seats)"};
  statement claim_{db_.database(), R"(
    INSERT INTO seat_claim (schedule, seat, reservation) VALUES (?, ?, ?))"};
  statement free_{db_.database(), R"(
    DELETE FROM seat_claim WHERE schedule = ? AND seat = ? AND reservation = ?)"};
  key_writer keys_{db_.database()};
  sql::key_pruner<dialect> pruner_{db_};
};

}  // namespace

reservation_storage open_reservation_storage(const std::filesystem::path& file,
                                             const storage_tuning& how) {
  migrate(file, reservation_schema);
  const auto shared = std::make_shared<database_file>(file, how.log_pages_max);
  reservation_storage opened;
  translated([&] {
    opened.store = std::make_unique<sqlite_reservation_store>(shared);
    opened.reader = std::make_unique<sql::sql_reservation_reader<dialect>>(shared);
  });
  opened.file = shared;
  return opened;
}

}  // namespace boxoffice
