#pragma once

#include "actors/payment/payment_store.hpp"
#include "actors/point/point_store.hpp"
#include "actors/reservation/reservation_store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// Rows that the tests of the stores write, and what they compare.
namespace boxoffice::test {

inline time_point at(std::int64_t ms) { return from_unix_ms(1'700'000'000'000 + ms); }

/// A key whose halves use all 64 bits, so that a signed database shows what it does with them.
inline request_key key(std::uint64_t n) {
  return {{0xFFFF'0000'0000'0000 + n, ~n}, {0x8000'0000'0000'0000 + n, n}};
}

/// An id as payments had them before decision 0015.
constexpr payment_id older_payment_id(std::uint32_t shard, time_point when, std::uint64_t number) {
  return {(std::uint64_t{shard} << 57) |
          (static_cast<std::uint64_t>(when.time_since_epoch().count()) << 15) | number};
}

inline reservation held(schedule_id schedule, std::uint64_t sequence, const std::string& user,
                        const std::vector<seat_index>& seats, time_point when = at(0)) {
  reservation r;
  r.id = reservation_id{schedule, sequence};
  r.concert = {5};
  r.user = {user};
  for (const auto s : seats)
    r.seats.push_back({s, {1000}});
  r.amount = {static_cast<std::int64_t>(seats.size()) * 1000};
  r.held_at = when;
  r.expires_at = when + seconds{300};
  return r;
}

inline reservation with(reservation r, reservation_status status, payment_id payment = {}) {
  r.status = status;
  r.payment = payment;
  return r;
}

inline reservation_write write(reservation row) {
  reservation_write w;
  w.row = std::move(row);
  return w;
}

inline ledger_entry entry(std::uint64_t id, const std::string& user, transaction_kind kind,
                          std::int64_t amount, std::int64_t after, payment_id reference = {}) {
  return {{id}, {user}, kind, {amount}, {after}, reference, at(static_cast<std::int64_t>(id))};
}

inline point_write write(ledger_entry e) {
  point_write w;
  w.user = e.user;
  w.entry = std::move(e);
  return w;
}

inline payment started(payment_id id, reservation_id reservation, time_point created = at(0)) {
  payment p;
  p.id = id;
  p.reservation = reservation;
  p.concert = {5};
  p.user = {"ada"};
  p.amount = {2000};
  p.seats = 2;
  p.token = queue_token{{5}, 77};
  p.created_at = created;
  p.deadline = created + seconds{30};
  p.changed_at = created;
  return p;
}

inline payment with(payment p, saga_state state) {
  p.state = state;
  if (state == saga_state::completed) p.completed_at = p.created_at + seconds{1};
  return p;
}

inline payment_write write(payment row) {
  payment_write w;
  w.row = std::move(row);
  return w;
}

inline payment_event event(std::uint64_t id, const payment& of,
                           event_kind kind = event_kind::payment_completed) {
  payment_event e;
  e.id = {id};
  e.kind = kind;
  e.payment = of.id;
  e.user = of.user;
  e.reservation = of.reservation;
  e.concert = of.concert;
  e.seats = of.seats;
  e.amount = of.amount;
  e.token = of.token;
  e.holds_else = true;
  e.paid_at = at(1);
  e.occurred_at = at(static_cast<std::int64_t>(id));
  e.seat_names = of.seat_names;
  e.from = {"request-" + std::to_string(id), id % 2 == 0 ? "" : "00-1-of-a-client-01"};
  return e;
}

inline auto fields_of(const reservation& r) {
  return std::tie(r.id, r.concert, r.user, r.seats, r.amount, r.status, r.held_at, r.expires_at,
                  r.payment, r.reverted, r.admitted_at, r.extended_at);
}
inline auto fields_of(const ledger_entry& e) {
  return std::tie(e.id, e.user, e.kind, e.amount, e.balance_after, e.reference, e.at);
}
inline auto fields_of(const payment& p) {
  return std::tie(p.id, p.reservation, p.concert, p.user, p.amount, p.state, p.failure, p.reason,
                  p.token, p.holds_else, p.seats, p.balance, p.created_at, p.deadline,
                  p.completed_at, p.changed_at, p.released_at, p.parked_from, p.from, p.seat_names);
}
inline auto fields_of(const payment_event& e) {
  return std::tie(e.id, e.sequence, e.kind, e.payment, e.user, e.reservation, e.concert, e.seats,
                  e.amount, e.token, e.holds_else, e.paid_at, e.occurred_at, e.from, e.seat_names);
}
inline auto fields_of(const point_outcome& o) {
  return std::tie(o.refusal, o.transaction, o.amount, o.balance, o.required, o.amount_min,
                  o.amount_max);
}
inline bool same(const hold_outcome& a, const hold_outcome& b) {
  return std::tie(a.refusal, a.seats, a.seats_max, a.position, a.opens_at) ==
             std::tie(b.refusal, b.seats, b.seats_max, b.position, b.opens_at) &&
         fields_of(a.held) == fields_of(b.held);
}
inline bool same(const extension_outcome& a, const extension_outcome& b) {
  return a.refusal == b.refusal && a.other == b.other && fields_of(a.held) == fields_of(b.held);
}
/// What is remembered for a key may be either.
template <class Outcome>
bool same(const reservation_answer& a, const Outcome& b) {
  const auto* of = std::get_if<Outcome>(&a);
  return of != nullptr && same(*of, b);
}
inline bool same(const payment_outcome& a, const payment_outcome& b) {
  return std::tie(a.refusal, a.other, a.expired_at) == std::tie(b.refusal, b.other, b.expired_at) &&
         fields_of(a.paid) == fields_of(b.paid);
}

/// Commits one batch made of the given writes.
template <class Store, class... Writes>
commit_outcome commit(Store& store, const Writes&... writes) {
  return store.commit(std::vector{writes...}).outcome;
}

}  // namespace boxoffice::test
