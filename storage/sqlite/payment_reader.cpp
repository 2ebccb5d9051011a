#include "storage/sqlite/payment_reader.hpp"

#include "storage/encoding/outcomes.hpp"

namespace boxoffice::sqlite {
namespace {

constexpr auto columns =
    "id, reservation, concert, user, amount, state, failure, reason, token, holds_else, seats,"
    " balance, created_at, deadline, completed_at, changed_at";

payment read_payment(row& r) {
  payment p;
  r.into(p.id, p.reservation, p.concert, p.user, p.amount, p.state, p.failure, p.reason, p.token,
         p.holds_else, p.seats, p.balance, p.created_at, p.deadline, p.completed_at, p.changed_at);
  return p;
}

std::string select(const std::string& rest) {
  return std::string{"SELECT "} + columns + " FROM payment WHERE " + rest;
}

}  // namespace

sqlite_payment_reader::sqlite_payment_reader(std::shared_ptr<database_file> file)
    : db_{std::move(file)},
      // The states of the index payment_open, written as there, or it is not used.
      open_{db_.database(), select("state IN (0, 1, 4, 7, 8) ORDER BY created_at, id")},
      waiting_key_{db_.database(), R"(
        SELECT scope_high, scope_low, body_high, body_low FROM remembered_key
        WHERE payment = ? AND answer IS NULL ORDER BY ordinal DESC LIMIT 1)"},
      find_{db_.database(), select("id = ?")},
      by_reservation_{db_.database(), select("reservation = ? AND state NOT IN (3, 5)"
                                             " ORDER BY created_at DESC, id DESC LIMIT 1")},
      key_{db_.database(), R"(
        SELECT body_high, body_low, payment, answer FROM remembered_key
        WHERE scope_high = ? AND scope_low = ?)"},
      last_id_{db_.database(), R"(
        SELECT id FROM payment WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1)"},
      notes_{db_.database(), R"(
        SELECT payment, at, state, step, what FROM saga_note
        WHERE payment = ? ORDER BY ordinal)"},
      events_{db_.database(), R"(
        SELECT id, sequence, kind, payment, user, reservation, concert, seats, amount, token,
          holds_else, paid_at, occurred_at
        FROM outbox WHERE sequence > ? ORDER BY sequence LIMIT ?)"},
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
  return db_.read([&] { return by_reservation_.first(read_payment, reservation); });
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

std::vector<payment_id> sqlite_payment_reader::last_ids() {
  return db_.read([&] {
    std::vector<payment_id> found;
    for (std::uint32_t shard = 0; shard < shard_count; ++shard) {
      const payment_id first{std::uint64_t{shard} << 57};
      const payment_id last{first.value | ((std::uint64_t{1} << 57) - 1)};
      const auto id = last_id_.first([](row& r) { return r.next<payment_id>(); }, first, last);
      if (id) found.push_back(*id);
    }
    return found;
  });
}

std::vector<saga_note> sqlite_payment_reader::timeline(payment_id id) {
  return db_.read([&] {
    std::vector<saga_note> found;
    notes_.each(
        [&](row& r) {
          auto& n = found.emplace_back();
          r.into(n.payment, n.at, n.state, n.step, n.what);
        },
        id);
    return found;
  });
}

std::vector<payment_event> sqlite_payment_reader::events_after(std::uint64_t sequence,
                                                               std::size_t limit) {
  return db_.read([&] {
    std::vector<payment_event> found;
    events_.each(
        [&](row& r) {
          auto& e = found.emplace_back();
          r.into(e.id, e.sequence, e.kind, e.payment, e.user, e.reservation, e.concert, e.seats,
                 e.amount, e.token, e.holds_else, e.paid_at, e.occurred_at);
        },
        sequence, limit);
    return found;
  });
}

std::uint64_t sqlite_payment_reader::consumed_by(const std::string& consumer) {
  return db_.read([&] {
    return consumed_.first([](row& r) { return r.next<std::uint64_t>(); }, consumer).value_or(0);
  });
}

}  // namespace boxoffice::sqlite
