#include "storage/sqlite/payment_reader.hpp"

#include "storage/encoding/outcomes.hpp"
#include "storage/encoding/timeline.hpp"
#include "storage/saga_state_lists.hpp"

namespace boxoffice::sqlite {
namespace {

constexpr auto columns =
    "id, reservation, schedule, concert, user, amount, state, failure, reason, token, holds_else, "
    "seats,"
    " balance, created_at, deadline, completed_at, changed_at, released_at, parked_from";

payment read_payment(row& r) {
  payment p;
  r.into(p.id, p.reservation.number, p.reservation.schedule, p.concert, p.user, p.amount, p.state,
         p.failure, p.reason, p.token.number, p.holds_else, p.seats, p.balance, p.created_at,
         p.deadline, p.completed_at, p.changed_at, p.released_at, p.parked_from);
  p.token.concert = p.token ? p.concert : concert_id{};
  return p;
}

payment_event read_event(row& r) {
  payment_event e;
  r.into(e.id, e.sequence, e.kind, e.payment, e.user, e.reservation.number, e.reservation.schedule,
         e.concert, e.seats, e.amount, e.token.number, e.holds_else, e.paid_at, e.occurred_at);
  e.token.concert = e.token ? e.concert : concert_id{};
  return e;
}

constexpr auto event_columns =
    "o.id, o.sequence, o.kind, o.payment, o.user, o.reservation, o.schedule, o.concert, o.seats, "
    "o.amount,"
    " o.token, o.holds_else, o.paid_at, o.occurred_at";

std::string select_events(const std::string& rest) {
  return std::string{"SELECT "} + event_columns + " FROM outbox o WHERE " + rest;
}

parked_event read_parked(row& r) {
  parked_event p;
  r.into(p.consumer, p.reason, p.at);
  p.event = read_event(r);
  return p;
}

std::string select_parked(const std::string& rest) {
  return std::string{"SELECT p.consumer, p.reason, p.at, "} + event_columns +
         " FROM parked_event p JOIN outbox o ON o.sequence = p.sequence WHERE " + rest;
}

// A page of sagas: the youngest first, those before a place, and still since the time given.
constexpr auto page_of_sagas =
    " AND (created_at, id) < (?2, ?3) AND changed_at <= ?4"
    " ORDER BY created_at DESC, id DESC LIMIT ?5";

std::string select(const std::string& rest) {
  return std::string{"SELECT "} + columns + " FROM payment WHERE " + rest;
}

}  // namespace

sqlite_payment_reader::sqlite_payment_reader(std::shared_ptr<database_file> file)
    : db_{std::move(file)},
      // The states of the index payment_open, written as there, or it is not used.
      open_{db_.database(), select(is_open_saga() + " ORDER BY created_at, id")},
      waiting_key_{db_.database(), R"(
        SELECT scope_high, scope_low, body_high, body_low FROM remembered_key
        WHERE payment = ? AND answer IS NULL ORDER BY ordinal DESC LIMIT 1)"},
      find_{db_.database(), select("id = ?")},
      by_reservation_{db_.database(),
                      select("reservation = ? AND schedule = ? AND state NOT IN (3, 5)"
                             " ORDER BY created_at DESC, id DESC LIMIT 1")},
      key_{db_.database(), R"(
        SELECT body_high, body_low, payment, answer FROM remembered_key
        WHERE scope_high = ? AND scope_low = ?)"},
      notes_{db_.database(), "SELECT notes FROM payment WHERE id = ?"},
      // Three ways to the same page, each with an index of its own.
      sagas_{db_.database(), select(std::string{"(?1 < 0 OR state = ?1)"} + page_of_sagas)},
      open_sagas_{db_.database(), select(is_open_saga() + " AND state = ?1" + page_of_sagas)},
      unusual_sagas_{db_.database(), select(is_unusual_saga() + " AND state = ?1" + page_of_sagas)},
      parked_sagas_{db_.database(), R"(
        SELECT count(*) FROM payment INDEXED BY payment_unusual
        WHERE )" + is_unusual_saga() + R"( AND state = 6
          AND CASE id >> 56 WHEN 1 THEN id & 63 ELSE id >> 57 END BETWEEN ? AND ?)"},
      events_{db_.database(), select_events("o.sequence > ? ORDER BY o.sequence LIMIT ?")},
      event_{db_.database(), select_events("o.id = ?")},
      parked_after_{db_.database(), select_parked(R"(p.sequence IN (
        SELECT DISTINCT sequence FROM parked_event WHERE sequence > ? ORDER BY sequence LIMIT ?)
        ORDER BY p.sequence, p.consumer)")},
      parked_of_{db_.database(),
                 select_parked("p.consumer = ? AND p.schedule = ? ORDER BY p.sequence LIMIT ?")},
      find_parked_{db_.database(), select_parked("p.event = ? ORDER BY p.consumer")},
      parked_for_{db_.database(), R"(
        SELECT schedule, min(sequence), count(*) FROM parked_event WHERE consumer = ?
        GROUP BY schedule ORDER BY schedule)"},
      parked_between_{db_.database(), R"(
        SELECT sequence FROM parked_event
        WHERE consumer = ? AND sequence > ? AND sequence <= ?)"},
      consumed_{db_.database(), "SELECT sequence FROM consumer WHERE name = ?"},
      scopes_{db_.database()} {}

std::vector<payment_reader::open_saga> sqlite_payment_reader::open_sagas() {
  return db_.read([&] {
    std::vector<open_saga> found;
    open_.each([&](row& r) { found.push_back({read_payment(r), {}}); });
    for (auto& saga : found) {
      const auto key = waiting_key_.first(
          [](row& r) {
            request_key k;
            r.into(k.scope.high, k.scope.low, k.body.high, k.body.low);
            return k;
          },
          saga.row.id);
      saga.key = key.value_or(request_key{});
    }
    return found;
  });
}

std::optional<payment> sqlite_payment_reader::find(payment_id id) {
  return db_.read([&] { return find_.first(read_payment, id); });
}

std::optional<payment> sqlite_payment_reader::find_by_reservation(reservation_id reservation) {
  return db_.read([&] {
    return by_reservation_.first(read_payment, reservation.number, reservation.schedule);
  });
}

std::optional<remembered_payment> sqlite_payment_reader::find_key(const digest& scope) {
  return db_.read([&] {
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

std::vector<digest> sqlite_payment_reader::key_scopes(std::size_t limit) {
  return db_.read([&] { return scopes_.scopes(limit); });
}

std::vector<saga_note> sqlite_payment_reader::timeline(payment_id id) {
  return db_.read([&] {
    const auto read = [&](row& r) { return encoding::decode_notes(r.next<std::string>(), id); };
    return notes_.first(read, id).value_or(std::vector<saga_note>{});
  });
}

std::vector<payment> sqlite_payment_reader::sagas(const saga_query& asked) {
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

statement& sqlite_payment_reader::query_for(std::optional<saga_state> state) {
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

std::size_t sqlite_payment_reader::parked_sagas(std::uint32_t first_shard, std::uint32_t shards) {
  return db_.read([&] {
    return parked_sagas_
        .first([](row& r) { return r.next<std::size_t>(); }, first_shard, first_shard + shards - 1)
        .value_or(0);
  });
}

std::vector<payment_event> sqlite_payment_reader::events_after(std::uint64_t sequence,
                                                               std::size_t limit) {
  return db_.read([&] {
    std::vector<payment_event> found;
    events_.each([&](row& r) { found.push_back(read_event(r)); }, sequence, limit);
    return found;
  });
}

std::optional<payment_event> sqlite_payment_reader::find_event(event_id id) {
  return db_.read([&] { return event_.first(read_event, id); });
}

std::vector<parked_event> sqlite_payment_reader::parked_after(std::uint64_t sequence,
                                                              std::size_t events) {
  return db_.read([&] {
    std::vector<parked_event> found;
    parked_after_.each([&](row& r) { found.push_back(read_parked(r)); }, sequence, events);
    return found;
  });
}

std::vector<parked_event> sqlite_payment_reader::parked_of(const std::string& consumer,
                                                           schedule_id schedule,
                                                           std::size_t limit) {
  return db_.read([&] {
    std::vector<parked_event> found;
    parked_of_.each([&](row& r) { found.push_back(read_parked(r)); }, consumer, schedule, limit);
    return found;
  });
}

std::vector<parked_event> sqlite_payment_reader::find_parked(event_id id) {
  return db_.read([&] {
    std::vector<parked_event> found;
    find_parked_.each([&](row& r) { found.push_back(read_parked(r)); }, id);
    return found;
  });
}

payment_reader::parked_schedules sqlite_payment_reader::parked_for(const std::string& consumer) {
  return db_.read([&] {
    parked_schedules found;
    parked_for_.each(
        [&](row& r) {
          auto& of = found.schedules.emplace_back();
          r.into(of.schedule, of.first);
          found.events += r.next<std::size_t>();
        },
        consumer);
    return found;
  });
}

std::vector<std::uint64_t> sqlite_payment_reader::parked_between(const std::string& consumer,
                                                                 std::uint64_t after,
                                                                 std::uint64_t through) {
  return db_.read([&] {
    std::vector<std::uint64_t> found;
    parked_between_.each([&](row& r) { found.push_back(r.next<std::uint64_t>()); }, consumer, after,
                         through);
    return found;
  });
}

std::uint64_t sqlite_payment_reader::consumed_by(const std::string& consumer) {
  return db_.read([&] {
    return consumed_.first([](row& r) { return r.next<std::uint64_t>(); }, consumer).value_or(0);
  });
}

}  // namespace boxoffice::sqlite
