#include "storage/postgres/audit_reader.hpp"

#include "storage/postgres/connection.hpp"

#include <memory>
#include <string>

namespace boxoffice {
namespace {

using namespace postgres;  // NOLINT(google-build-using-namespace): the folder's own
using audit::books;

template <class Enum>
Enum one_of(row& r, Enum last) {
  return stored::one_of(r.next<std::int64_t>(), last);
}

template <class Each>
void each_row(link& db, const std::string& sql, Each each) {
  statement found{db, sql};
  found.each(each);
}

// A database that was not migrated yet has no column of its own: an id began with its schedule.
std::string schedule_of(link& db, const std::string& table, const std::string& id) {
  statement found{db,
                  "SELECT 1 FROM pg_attribute WHERE attrelid = $1::regclass"
                  " AND attname = 'schedule' AND NOT attisdropped"};
  return found.run(table).rows() != 0 ? "schedule" : id + " >> 36";
}

void read_payments(link& db, books& into) {
  each_row(db,
           "SELECT id, reservation, " + schedule_of(db, "payment", "reservation") +
               ", user_id, amount, state, (reason <> '')::integer, seats, balance, "
               "created_at, deadline,"
               " completed_at, changed_at FROM payment",
           [&](row& r) {
             auto& p = into.payments.emplace_back();
             r.into(p.id, p.reservation, p.schedule);
             p.user = into.users.of(r.next_text());
             r.into(p.amount);
             p.state = one_of(r, audit::payment_state::refunded);
             p.reason = one_of(r, audit::parking_reason::given);
             r.into(p.seats, p.balance, p.created_at, p.deadline, p.completed_at, p.changed_at);
           });
  each_row(db, "SELECT payment FROM remembered_key WHERE payment <> 0",
           [&](row& r) { into.payment_keys.push_back({r.next<std::uint64_t>()}); });
}

void read_outbox(link& db, books& into) {
  each_row(db,
           "SELECT sequence, id, kind, payment, user_id, reservation, " +
               schedule_of(db, "outbox", "reservation") + ", seats, amount FROM outbox",
           [&](row& r) {
             auto& e = into.events.emplace_back();
             r.into(e.sequence, e.id);
             e.kind = one_of(r, audit::event_kind::payment_refunded);
             r.into(e.payment);
             e.user = into.users.of(r.next_text());
             r.into(e.reservation, e.schedule, e.seats, e.amount);
           });
  each_row(db, "SELECT last_sequence FROM outbox_counter",
           [&](row& r) { r.into(into.last_sequence); });
  each_row(db, "SELECT name, sequence FROM consumer", [&](row& r) {
    const auto consumer = into.consumers.of(r.next_text());
    into.positions.push_back({consumer, r.next<std::uint64_t>()});
  });
  each_row(db, "SELECT consumer, sequence FROM parked_event", [&](row& r) {
    const auto consumer = into.consumers.of(r.next_text());
    into.parked.push_back({consumer, r.next<std::uint64_t>()});
  });
}

void read_points(link& db, books& into) {
  each_row(db, "SELECT user_id, balance FROM account", [&](row& r) {
    const auto user = into.users.of(r.next_text());
    into.balances.push_back({user, r.next<std::int64_t>()});
  });
  each_row(db, "SELECT id, user_id, kind, amount, balance_after, reference FROM ledger ORDER BY id",
           [&](row& r) {
             auto& l = into.ledger.emplace_back();
             r.into(l.id);
             l.user = into.users.of(r.next_text());
             l.kind = one_of(r, audit::ledger_kind::refund);
             r.into(l.amount, l.balance_after, l.reference);
           });
  each_row(db, "SELECT payment, step, answer FROM step", [&](row& r) {
    auto& s = into.steps.emplace_back();
    r.into(s.payment);
    s.step = one_of(r, audit::point_step::refund);
    stored::answer(r.next_bytes(), s);
  });
}

void read_reservations(link& db, books& into) {
  each_row(db,
           "SELECT id, " + schedule_of(db, "reservation", "id") +
               ", user_id, seats, amount, status, held_at, expires_at, payment, reverted"
               " FROM reservation",
           [&](row& r) {
             auto& res = into.reservations.emplace_back();
             r.into(res.id, res.schedule);
             res.user = into.users.of(r.next_text());
             res.seats = stored::seats(r.next_bytes());
             r.into(res.amount);
             res.status = one_of(r, audit::reservation_status::refunded);
             r.into(res.held_at, res.expires_at, res.payment, res.reverted);
           });
  each_row(db, "SELECT schedule, seat, reservation FROM seat_claim", [&](row& r) {
    auto& c = into.claims.emplace_back();
    r.into(c.schedule, c.seat, c.reservation);
  });
}

/// A part that runs `read` in one snapshot of the database.
template <class Read>
books_part in_snapshot(const std::string& location, Read read) {
  return [database = postgres_at(location), read](books& into) {
    reading_connection on{database, purpose::upkeep};
    on.read([&] {
      read(on.database(), into);
      return true;
    });
  };
}

}  // namespace

books_parts postgres_books(const postgres_locations& at) {
  books_parts parts;
  parts.payment = in_snapshot(at.payment, [](link& db, books& into) {
    read_payments(db, into);
    read_outbox(db, into);
  });
  parts.point = in_snapshot(at.point, read_points);
  parts.reservation = in_snapshot(at.reservation, read_reservations);
  return parts;
}

}  // namespace boxoffice
