#pragma once

#include "actors/payment/payment_store.hpp"
#include "storage/encoding/outcomes.hpp"
#include "storage/encoding/timeline.hpp"
#include "storage/saga_state_lists.hpp"
#include "storage/sql/remembered_keys.hpp"
#include "storage/sql/sales.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace boxoffice::sql {

/// The reads of the payment service. **Thread**: the reader's.
template <class Dialect>
class sql_payment_reader final : public payment_reader {
  using statement = typename Dialect::statement;
  using row = typename Dialect::row;

 public:
  explicit sql_payment_reader(typename Dialect::location at) : db_{std::move(at)} {}

  std::vector<open_saga> open_sagas() override {
    return db_.read_once([&] {
      std::vector<open_saga> found;
      open_.each([&](row& r) {
        auto& saga = found.emplace_back();
        saga.row = read_payment(r);
        if (r.next_is_null()) return;
        auto& k = saga.key;
        r.into(k.scope.high, k.scope.low, k.body.high, k.body.low);
      });
      return found;
    });
  }

  std::optional<payment> find(payment_id id) override {
    return db_.read_once([&] { return find_.first(read_payment, id); });
  }

  std::optional<payment> find_by_reservation(reservation_id reservation) override {
    return db_.read_once([&] {
      return by_reservation_.first(read_payment, reservation.number, reservation.schedule);
    });
  }

  std::optional<remembered_payment> find_key(const digest& scope) override {
    return db_.read_once([&] {
      return key_.first(
          [](row& r) {
            remembered_payment found;
            r.into(found.body.high, found.body.low, found.payment);
            if (!r.next_is_null()) found.answer = encoding::decode_payment_outcome(r.next_bytes());
            return found;
          },
          scope.high, scope.low);
    });
  }

  key_page key_scopes(std::int64_t cursor, std::size_t limit) override {
    return db_.read_once([&] { return scopes_.page(cursor, limit); });
  }

  std::vector<saga_note> timeline(payment_id id) override {
    return db_.read_once([&] {
      const auto read = [&](row& r) { return encoding::decode_notes(r.next_text(), id); };
      return notes_.first(read, id).value_or(std::vector<saga_note>{});
    });
  }

  std::vector<payment> sagas(const saga_query& asked) override {
    return db_.read([&] {
      std::vector<payment> found;
      auto before = time_point::max();
      if (asked.after) {
        const auto last = find_.first(read_payment, asked.after);
        if (!last) return found;
        before = last->created_at;
      }
      const auto state = asked.state ? static_cast<int>(*asked.state) : -1;
      query_for(asked.state)
          .each([&](row& r) { found.push_back(read_payment(r)); }, state, before, asked.after,
                asked.unchanged_since, asked.limit);
      return found;
    });
  }

  std::size_t parked_sagas(std::uint32_t first_shard, std::uint32_t shards) override {
    return db_.read_once([&] {
      return parked_sagas_
          .first([](row& r) { return r.template next<std::size_t>(); }, first_shard,
                 first_shard + shards - 1)
          .value_or(0);
    });
  }

  std::vector<payment_event> events_after(std::uint64_t sequence, std::size_t limit) override {
    return db_.read_once([&] {
      std::vector<payment_event> found;
      events_.each([&](row& r) { found.push_back(read_event(r)); }, sequence, limit);
      return found;
    });
  }

  std::uint64_t pruned_through() override {
    return db_.read_once([&] {
      return pruned_.first([](row& r) { return r.template next<std::uint64_t>(); }).value_or(0);
    });
  }

  sales_baseline sales(const std::string& consumer, std::int64_t since_minute) override {
    return db_.read([&] { return sales_.count(consumer, since_minute); });
  }

  std::optional<payment_event> find_event(event_id id) override {
    return db_.read_once([&] { return event_.first(read_event, id); });
  }

  std::vector<parked_event> parked_after(std::uint64_t sequence, std::size_t events) override {
    return db_.read_once([&] {
      std::vector<parked_event> found;
      parked_after_.each([&](row& r) { found.push_back(read_parked(r)); }, sequence, events);
      return found;
    });
  }

  std::vector<parked_event> parked_of(const std::string& consumer, schedule_id schedule,
                                      std::size_t limit) override {
    return db_.read_once([&] {
      std::vector<parked_event> found;
      parked_of_.each([&](row& r) { found.push_back(read_parked(r)); }, consumer, schedule, limit);
      return found;
    });
  }

  std::vector<parked_event> find_parked(event_id id) override {
    return db_.read_once([&] {
      std::vector<parked_event> found;
      find_parked_.each([&](row& r) { found.push_back(read_parked(r)); }, id);
      return found;
    });
  }

  parked_schedules parked_for(const std::string& consumer) override {
    return db_.read_once([&] {
      parked_schedules found;
      parked_for_.each(
          [&](row& r) {
            auto& of = found.schedules.emplace_back();
            r.into(of.schedule, of.first);
            found.events += r.template next<std::size_t>();
          },
          consumer);
      return found;
    });
  }

  std::vector<std::uint64_t> parked_between(const std::string& consumer, std::uint64_t after,
                                            std::uint64_t through) override {
    return db_.read_once([&] {
      std::vector<std::uint64_t> found;
      parked_between_.each([&](row& r) { found.push_back(r.template next<std::uint64_t>()); },
                           consumer, after, through);
      return found;
    });
  }

  std::uint64_t consumed_by(const std::string& consumer) override {
    return db_.read_once([&] {
      return consumed_.first([](row& r) { return r.template next<std::uint64_t>(); }, consumer)
          .value_or(0);
    });
  }

 private:
  static payment read_payment(row& r) {
    payment p;
    r.into(p.id, p.reservation.number, p.reservation.schedule, p.concert, p.user, p.amount, p.state,
           p.failure, p.reason, p.token.number, p.holds_else, p.seats, p.balance, p.created_at,
           p.deadline, p.completed_at, p.changed_at, p.released_at, p.parked_from, p.from,
           p.seat_names);
    p.token.concert = p.token ? p.concert : concert_id{};
    return p;
  }

  static payment_event read_event(row& r) {
    payment_event e;
    r.into(e.id, e.sequence, e.kind, e.payment, e.user, e.reservation.number,
           e.reservation.schedule, e.concert, e.seats, e.amount, e.token.number, e.holds_else,
           e.paid_at, e.occurred_at, e.from, e.seat_names);
    e.token.concert = e.token ? e.concert : concert_id{};
    return e;
  }

  static parked_event read_parked(row& r) {
    parked_event p;
    r.into(p.consumer, p.reason, p.at);
    p.event = read_event(r);
    return p;
  }

  static std::string payment_columns() {
    return std::string{"id, reservation, schedule, concert, "} + Dialect::user +
           ", amount, state, failure, reason, token, holds_else, seats, balance, created_at,"
           " deadline, completed_at, changed_at, released_at, parked_from, request_id, traceparent,"
           " seat_names";
  }
  static std::string event_columns() {
    return std::string{"o.id, o.sequence, o.kind, o.payment, o."} + Dialect::user +
           ", o.reservation, o.schedule, o.concert, o.seats, o.amount, o.token, o.holds_else,"
           " o.paid_at, o.occurred_at, o.request_id, o.traceparent, o.seat_names";
  }
  static std::string select(const std::string& rest) {
    return "SELECT " + payment_columns() + " FROM payment WHERE " + rest;
  }
  static std::string select_events(const std::string& rest) {
    return "SELECT " + event_columns() + " FROM outbox o WHERE " + rest;
  }
  static std::string select_parked(const std::string& rest) {
    return "SELECT p.consumer, p.reason, p.at, " + event_columns() + " FROM " +
           Dialect::parked_events + " WHERE " + rest;
  }
  // The sagas that are under way, each with the key that waits for its answer.
  static std::string select_open() {
    return "SELECT " + payment_columns() +
           ", k.scope_high, k.scope_low, k.body_high, k.body_low FROM payment"
           " LEFT JOIN " +
           Dialect::waiting_key + " WHERE " + is_open_saga() + " ORDER BY created_at, payment.id";
  }
  // A page of sagas: the youngest first, those before a place, and still since the time given.
  static constexpr auto page_of_sagas =
      " AND (created_at, id) < ($2, $3) AND changed_at <= $4"
      " ORDER BY created_at DESC, id DESC LIMIT $5";

  /// By the index that suits; a state that most sagas end in has none.
  statement& query_for(std::optional<saga_state> state) {
    if (!state) return sagas_;
    switch (*state) {
      case saga_state::started:
      case saga_state::debited:
      case saga_state::refunding:
      case saga_state::refund_started:
      case saga_state::refund_released:
        return open_sagas_;
      case saga_state::failed:
      case saga_state::compensated:
      case saga_state::parked:
      case saga_state::refunded:
        return unusual_sagas_;
      case saga_state::completed:
        break;
    }
    return sagas_;
  }

  typename Dialect::reading_connection db_;
  statement open_{db_.database(), select_open()};
  statement find_{db_.database(), select("id = $1")};
  statement by_reservation_{db_.database(),
                            select("reservation = $1 AND schedule = $2 AND state NOT IN (3, 5)"
                                   " ORDER BY created_at DESC, id DESC LIMIT 1")};
  statement key_{db_.database(),
                 "SELECT body_high, body_low, payment, answer FROM remembered_key"
                 " WHERE scope_high = $1 AND scope_low = $2"};
  statement notes_{db_.database(), "SELECT notes FROM payment WHERE id = $1"};
  // Three ways to the same page, each with an index of its own, whose states are written as there.
  statement sagas_{db_.database(),
                   select(std::string{"(CAST($1 AS integer) < 0 OR state = $1)"} + page_of_sagas)};
  statement open_sagas_{db_.database(), select(is_open_saga() + " AND state = $1" + page_of_sagas)};
  statement unusual_sagas_{db_.database(),
                           select(is_unusual_saga() + " AND state = $1" + page_of_sagas)};
  statement parked_sagas_{
      db_.database(), std::string{"SELECT count(*) FROM "} + Dialect::payments_by_state +
                          " WHERE " + is_unusual_saga() +
                          " AND state = 6 AND CASE id >> 56 WHEN 1 THEN id & 63 ELSE id >> 57 END"
                          " BETWEEN $1 AND $2"};
  statement events_{db_.database(), select_events("o.sequence > $1 ORDER BY o.sequence LIMIT $2")};
  statement event_{db_.database(), select_events("o.id = $1")};
  statement parked_after_{db_.database(),
                          select_parked("p.sequence IN (SELECT DISTINCT sequence FROM parked_event"
                                        " WHERE sequence > $1 ORDER BY sequence LIMIT $2)"
                                        " ORDER BY p.sequence, p.consumer")};
  statement parked_of_{
      db_.database(),
      select_parked("p.consumer = $1 AND p.schedule = $2 ORDER BY p.sequence LIMIT $3")};
  statement find_parked_{db_.database(), select_parked("p.event = $1 ORDER BY p.consumer")};
  statement parked_for_{db_.database(),
                        "SELECT schedule, min(sequence), count(*) FROM parked_event"
                        " WHERE consumer = $1 GROUP BY schedule ORDER BY schedule"};
  statement parked_between_{db_.database(),
                            "SELECT sequence FROM parked_event"
                            " WHERE consumer = $1 AND sequence > $2 AND sequence <= $3"};
  statement consumed_{db_.database(), "SELECT sequence FROM consumer WHERE name = $1"};
  statement pruned_{db_.database(), "SELECT through FROM outbox_pruned"};
  sales_count<Dialect> sales_{db_.database()};
  key_list<Dialect> scopes_{db_.database()};
};

}  // namespace boxoffice::sql
