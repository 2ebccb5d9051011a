#include "storage/encoding/outcomes.hpp"
#include "storage/postgres/dialect.hpp"
#include "storage/postgres/key_writer.hpp"
#include "storage/postgres/migrations/migrate.hpp"
#include "storage/postgres/stores.hpp"
#include "storage/sql/reservation_reader.hpp"

#include <map>
#include <set>
#include <utility>

namespace boxoffice {
namespace {

using namespace postgres;  // NOLINT(google-build-using-namespace): the folder's own

// The numbers stand in the schema and in the statements below.
static_assert(static_cast<int>(reservation_status::held) == 0);
static_assert(static_cast<int>(reservation_status::confirmed) == 1);
static_assert(static_cast<int>(reservation_status::expired) == 2);
static_assert(static_cast<int>(reservation_status::refunded) == 4);

bool claims_seats(reservation_status s) {
  return s == reservation_status::held || s == reservation_status::confirmed;
}

bool same_facts(const reservation& a, const reservation& b) {
  return a.concert == b.concert && a.user == b.user && a.seats == b.seats && a.amount == b.amount &&
         a.held_at == b.held_at;
}

/// The reservations of a batch as its writes leave them, one row each: writes later in the batch go
/// on from earlier ones.
class final_rows {
 public:
  void put(const reservation& r) {
    const auto [at, added] = rows_.try_emplace(r.id, r);
    if (added) return;
    expect(same_facts(at->second, r), "a reservation keeps its user, seats, amount and time");
    at->second = r;
  }
  void expire(reservation_id id) {
    const auto at = rows_.find(id);
    if (at == rows_.end()) {
      lapsed_.insert(id);
      return;
    }
    auto& status = at->second.status;
    expect(status == reservation_status::held || status == reservation_status::expired,
           "only a held reservation lapses");
    status = reservation_status::expired;
  }
  [[nodiscard]] const std::map<reservation_id, reservation>& rows() const { return rows_; }
  /// Of which the batch says nothing but that their deadline has passed before all else.
  [[nodiscard]] const std::set<reservation_id>& lapsed() const { return lapsed_; }

 private:
  std::map<reservation_id, reservation> rows_;
  std::set<reservation_id> lapsed_;
};

/// A reservation is inserted once; after that only its status, deadline and payments change. A row
/// that comes back with other seats, user or amount is refused as the bug it is.
class postgres_reservation_store final : public owned<reservation_store> {
 public:
  explicit postgres_reservation_store(postgres_database at)
      : owned_port{std::move(at), storage::newest_in_reservation} {}

  commit_result commit(std::span<const reservation_write> batch) override {
    return db_.in_batch([&](postgres::batch& into) { write(batch, into); });
  }

  std::size_t prune_keys(time_point before, std::size_t limit) override {
    return pruner_.prune(before, limit);
  }

 private:
  void write(std::span<const reservation_write> batch, postgres::batch& into) {
    final_rows all;
    keys_.clear();
    freed_ = columns{3};
    claimed_ = columns{3};
    for (const auto& write : batch) {
      for (const auto lapsed : write.lapsed)
        all.expire(lapsed);
      if (write.row) all.put(*write.row);
      if (write.key.present() && write.answer)
        keys_.add(write.key, encoding::encode(*write.answer), write.at);
    }
    if (!all.lapsed().empty()) expire(all.lapsed(), into);
    if (!all.rows().empty()) put(all.rows(), into);
    // What one reservation gives up, another of the same batch may take.
    if (!freed_.empty()) into.call(free_, freed_);
    if (!claimed_.empty()) into.call(claim_, claimed_);
    keys_.write(into);
  }

  // Which seats they have is read before: nobody but this store writes, and the batch is fenced.
  void expire(const std::set<reservation_id>& lapsed, postgres::batch& into) {
    columns ids{1};
    for (const auto id : lapsed)
      ids.add(id.number);
    seats_of_.each(
        [&](row& r) {
          reservation_id id;
          r.into(id.number, id.schedule);
          free(id, encoding::decode_seats(r.next_bytes()));
        },
        ids);
    into.call(expire_, ids, lapsed.size());
  }

  void put(const std::map<reservation_id, reservation>& rows, postgres::batch& into) {
    columns all{13};
    for (const auto& [id, r] : rows) {
      const auto seats = encoding::encode(r.seats);
      all.add(r.id.number, r.schedule(), r.concert, r.user, bytes{seats}, r.amount, r.status,
              r.held_at, r.expires_at, r.payment, r.reverted, r.admitted_at, r.extended_at);
      if (claims_seats(r.status))
        claim(r);
      else
        free(r.id, r.seats);
    }
    into.call(put_, all, rows.size());
  }

  void claim(const reservation& r) {
    for (const auto& s : r.seats)
      claimed_.add(r.schedule(), s.seat, r.id.number);
  }

  void free(reservation_id id, const std::vector<reserved_seat>& seats) {
    for (const auto& s : seats)
      freed_.add(id.schedule, s.seat, id.number);
  }

  columns freed_{3}, claimed_{3};
  batch_statement put_{db_.database(), R"(
    WITH written AS (
      INSERT INTO reservation AS r (id, schedule, concert, user_id, seats, amount, status,
        held_at, expires_at, payment, reverted, admitted_at, extended_at)
      SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bytea[],
        $6::bigint[], $7::smallint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[],
        $12::bigint[], $13::bigint[])
      ON CONFLICT (id) DO UPDATE SET status = excluded.status, expires_at = excluded.expires_at,
        payment = excluded.payment, reverted = excluded.reverted,
        admitted_at = excluded.admitted_at, extended_at = excluded.extended_at
      WHERE r.schedule = excluded.schedule AND r.concert = excluded.concert AND r.user_id = excluded.user_id
        AND r.seats = excluded.seats AND r.amount = excluded.amount
        AND r.held_at = excluded.held_at
      RETURNING 1
    )
    SELECT expect(count(*) = $14, 'a reservation keeps its user, seats, amount and time')
    FROM written)"};
  statement seats_of_{db_.database(),
                      "SELECT id, schedule, seats FROM reservation WHERE id = ANY($1::bigint[])"};
  // One that had expired before stays as it is.
  batch_statement expire_{db_.database(), R"(
    WITH ended AS (
      UPDATE reservation SET status = 2 WHERE id = ANY($1::bigint[]) AND status = 0 RETURNING 1
    ), before AS (
      SELECT 1 FROM reservation WHERE id = ANY($1::bigint[]) AND status = 2
    )
    SELECT expect((SELECT count(*) FROM ended) + (SELECT count(*) FROM before) = $2,
      'only a held reservation lapses'))"};
  // A seat that the reservation has already is no new claim; one that another has is refused.
  batch_statement claim_{db_.database(), R"(
    INSERT INTO seat_claim (schedule, seat, reservation)
    SELECT * FROM unnest($1::bigint[], $2::integer[], $3::bigint[])
      AS g (schedule, seat, reservation)
    WHERE NOT EXISTS (SELECT 1 FROM seat_claim c WHERE c.schedule = g.schedule
      AND c.seat = g.seat AND c.reservation = g.reservation))"};
  batch_statement free_{db_.database(), R"(
    DELETE FROM seat_claim c USING unnest($1::bigint[], $2::integer[], $3::bigint[])
      AS g (schedule, seat, reservation)
    WHERE c.schedule = g.schedule AND c.seat = g.seat AND c.reservation = g.reservation)"};
  key_writer keys_{db_.database()};
  sql::key_pruner<dialect> pruner_{db_};
};

}  // namespace

postgres_reservation open_postgres_reservation(const postgres_database& at) {
  migrate(*at, reservation_schema);
  return {std::make_unique<postgres_reservation_store>(at),
          std::make_unique<sql::sql_reservation_reader<dialect>>(at)};
}

}  // namespace boxoffice
