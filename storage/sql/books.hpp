#pragma once

#include "actors/audit/books.hpp"
#include "storage/books_parts.hpp"

#include <cstdint>
#include <string>

/// What the audit reads of the SQL services. A database that was not migrated yet can be read too.
namespace boxoffice::sql {

template <class Row, class Enum>
Enum one_of(Row& r, Enum last) {
  std::int64_t number = 0;
  r.into(number);
  return stored::one_of(number, last);
}

/// The column `schedule`; before it stood beside the id, an id began with its schedule.
template <class Dialect>
std::string schedule_of(typename Dialect::session& db, const std::string& table,
                        const std::string& id) {
  return Dialect::has_column(db, table, "schedule") ? "schedule" : id + " >> 36";
}

template <class Dialect, class Each>
void each_row(typename Dialect::session& db, const std::string& query, Each each) {
  typename Dialect::statement found{db, query};
  found.each(each);
}

template <class Dialect>
void read_payments(typename Dialect::session& db, audit::books& into) {
  using row = typename Dialect::row;
  each_row<Dialect>(
      db,
      "SELECT id, reservation, " + schedule_of<Dialect>(db, "payment", "reservation") + ", " +
          Dialect::user +
          ", amount, state, CASE WHEN reason <> '' THEN 1 ELSE 0 END, seats, balance, created_at,"
          " deadline, completed_at, changed_at, " +
          (Dialect::has_column(db, "payment", "released_at") ? "released_at" : "0") +
          " FROM payment",
      [&](row& r) {
        auto& p = into.payments.emplace_back();
        r.into(p.id, p.reservation, p.schedule);
        p.user = into.users.of(r.next_text());
        r.into(p.amount);
        p.state = one_of(r, audit::payment_state::refunded);
        p.reason = one_of(r, audit::parking_reason::given);
        r.into(p.seats, p.balance, p.created_at, p.deadline, p.completed_at, p.changed_at,
               p.released_at);
      });
  each_row<Dialect>(db, "SELECT payment FROM remembered_key WHERE payment <> 0", [&](row& r) {
    into.payment_keys.push_back({r.template next<std::uint64_t>()});
  });
}

template <class Dialect>
void read_outbox(typename Dialect::session& db, audit::books& into) {
  using row = typename Dialect::row;
  each_row<Dialect>(db,
                    std::string{"SELECT sequence, id, kind, payment, "} + Dialect::user +
                        ", reservation, " + schedule_of<Dialect>(db, "outbox", "reservation") +
                        ", seats, amount FROM outbox",
                    [&](row& r) {
                      auto& e = into.events.emplace_back();
                      r.into(e.sequence, e.id);
                      e.kind = one_of(r, audit::event_kind::payment_refunded);
                      r.into(e.payment);
                      e.user = into.users.of(r.next_text());
                      r.into(e.reservation, e.schedule, e.seats, e.amount);
                    });
  each_row<Dialect>(db, Dialect::last_sequence, [&](row& r) { r.into(into.last_sequence); });
  if (Dialect::has_table(db, "outbox_pruned"))
    each_row<Dialect>(db, "SELECT through, until FROM outbox_pruned", [&](row& r) {
      auto& pruned = into.pruned.emplace();
      r.into(pruned.through, pruned.until);
    });
  each_row<Dialect>(db, "SELECT name, sequence FROM consumer", [&](row& r) {
    const auto consumer = into.consumers.of(r.next_text());
    into.positions.push_back({consumer, r.template next<std::uint64_t>()});
  });
  if (!Dialect::has_table(db, "parked_event")) return;
  each_row<Dialect>(db, "SELECT consumer, sequence FROM parked_event", [&](row& r) {
    const auto consumer = into.consumers.of(r.next_text());
    into.parked.push_back({consumer, r.template next<std::uint64_t>()});
  });
}

template <class Dialect>
void read_points(typename Dialect::session& db, audit::books& into) {
  using row = typename Dialect::row;
  const std::string user = Dialect::user;
  each_row<Dialect>(db, "SELECT " + user + ", balance FROM account", [&](row& r) {
    const auto owner = into.users.of(r.next_text());
    into.balances.push_back({owner, r.template next<std::int64_t>()});
  });
  each_row<Dialect>(
      db, "SELECT id, " + user + ", kind, amount, balance_after, reference FROM ledger ORDER BY id",
      [&](row& r) {
        auto& l = into.ledger.emplace_back();
        r.into(l.id);
        l.user = into.users.of(r.next_text());
        l.kind = one_of(r, audit::ledger_kind::refund);
        r.into(l.amount, l.balance_after, l.reference);
      });
  each_row<Dialect>(db, "SELECT payment, step, answer FROM step", [&](row& r) {
    auto& s = into.steps.emplace_back();
    r.into(s.payment);
    s.step = one_of(r, audit::point_step::refund);
    stored::answer(r.next_bytes(), s);
  });
}

template <class Dialect>
void read_reservations(typename Dialect::session& db, audit::books& into) {
  using row = typename Dialect::row;
  each_row<Dialect>(
      db,
      "SELECT id, " + schedule_of<Dialect>(db, "reservation", "id") + ", " + Dialect::user +
          ", seats, amount, status, held_at, expires_at, payment, reverted, " +
          (Dialect::has_column(db, "reservation", "admitted_at") ? "admitted_at" : "0") + ", " +
          (Dialect::has_column(db, "reservation", "extended_at") ? "extended_at" : "0") +
          " FROM reservation",
      [&](row& r) {
        auto& res = into.reservations.emplace_back();
        r.into(res.id, res.schedule);
        res.user = into.users.of(r.next_text());
        res.seats = stored::seats(r.next_bytes());
        r.into(res.amount);
        res.status = one_of(r, audit::reservation_status::refunded);
        r.into(res.held_at, res.expires_at, res.payment, res.reverted, res.admitted_at,
               res.extended_at);
      });
  each_row<Dialect>(db, "SELECT schedule, seat, reservation FROM seat_claim", [&](row& r) {
    auto& c = into.claims.emplace_back();
    r.into(c.schedule, c.seat, c.reservation);
  });
}

}  // namespace boxoffice::sql
