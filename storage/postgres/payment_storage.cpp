#include "actors/core/epoch_numbers.hpp"
#include "storage/encoding/outcomes.hpp"
#include "storage/encoding/timeline.hpp"
#include "storage/postgres/dialect.hpp"
#include "storage/postgres/migrations/migrate.hpp"
#include "storage/postgres/stores.hpp"
#include "storage/sql/outbox_pruner.hpp"
#include "storage/sql/payment_reader.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace boxoffice {
namespace {

using namespace postgres;  // NOLINT(google-build-using-namespace): the folder's own

// The numbers stand in the schema.
static_assert(static_cast<int>(saga_state::started) == 0);
static_assert(static_cast<int>(saga_state::debited) == 1);
static_assert(static_cast<int>(saga_state::completed) == 2);
static_assert(static_cast<int>(saga_state::failed) == 3);
static_assert(static_cast<int>(saga_state::refunding) == 4);
static_assert(static_cast<int>(saga_state::compensated) == 5);
static_assert(static_cast<int>(saga_state::parked) == 6);
static_assert(static_cast<int>(saga_state::refund_started) == 7);
static_assert(static_cast<int>(saga_state::refund_released) == 8);
static_assert(static_cast<int>(saga_state::refunded) == 9);

// As the index payment_keeps_seats says.
bool keeps_seats(const payment& p) {
  return p.state == saga_state::completed || p.state == saga_state::refund_started ||
         p.state == saga_state::refund_released ||
         (p.state == saga_state::parked && p.completed_at != no_time);
}

auto facts_of(const payment& p) {
  return std::tie(p.reservation, p.concert, p.user, p.amount, p.created_at);
}

/// What a batch says about a key, its writes taken together.
struct key_row {
  request_key key;
  payment_id payment;
  std::optional<std::string> answer;
  time_point at;
};

/// A batch as its writes leave the tables: one row each for what is written more than once.
class final_rows {
 public:
  void put(const payment& p) {
    const auto [at, added] = payments_.try_emplace(p.id, p);
    if (added) return;
    expect(facts_of(at->second) == facts_of(p), "a payment keeps its facts");
    at->second = p;
  }
  void note(const std::vector<saga_note>& notes) {
    notes_[notes.front().payment] += encoding::encode(notes);
  }
  void remember(const payment_write& w) {
    auto answer = w.answer ? std::optional{encoding::encode(*w.answer)} : std::nullopt;
    const std::pair scope{w.key.scope.high, w.key.scope.low};
    const auto [at, added] = keys_.try_emplace(scope, key_row{w.key, w.key_payment, answer, w.at});
    if (added) return;
    auto& known = at->second;
    expect(known.key == w.key, "a key keeps its body");
    known.payment = w.key_payment;
    if (!known.answer) known.answer = std::move(answer);
  }
  void consume(const std::string& consumer, std::uint64_t sequence) {
    auto& position = positions_[consumer];
    position = std::max(position, sequence);
  }
  /// Those first that keep no seats, so that one can take them from another within the batch.
  [[nodiscard]] std::vector<const payment*> payments() const {
    std::vector<const payment*> all;
    all.reserve(payments_.size());
    for (const auto& [id, p] : payments_)
      all.push_back(&p);
    std::stable_partition(all.begin(), all.end(),
                          [](const payment* p) { return !keeps_seats(*p); });
    return all;
  }
  /// What is put behind the timeline of a payment.
  [[nodiscard]] std::string notes_of(payment_id id) const {
    const auto found = notes_.find(id);
    return found == notes_.end() ? std::string{} : found->second;
  }
  /// Those of payments whose row the batch does not write.
  [[nodiscard]] columns other_notes() const {
    columns found{2};
    for (const auto& [id, text] : notes_)
      if (!payments_.contains(id)) found.add(id, text);
    return found;
  }
  [[nodiscard]] const auto& keys() const { return keys_; }
  [[nodiscard]] const auto& positions() const { return positions_; }

 private:
  std::map<payment_id, payment> payments_;
  std::map<payment_id, std::string> notes_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, key_row> keys_;
  std::map<std::string, std::uint64_t> positions_;
};

/// A payment keeps its reservation, user, amount and time of creation; a key keeps its body and its
/// first answer. A write that would change them is refused as the bug it is.
class postgres_payment_store final : public owned<payment_store> {
 public:
  /// **Faults** storage_error.
  explicit postgres_payment_store(postgres_database at)
      : owned_port{std::move(at), storage::newest_in_payment} {
    begin_sequences();
  }

  commit_result commit(std::span<const payment_write> batch) override {
    return db_.in_batch([&](postgres::batch& into) { write(batch, into); });
  }

  std::size_t prune_keys(time_point before, std::size_t limit) override {
    return pruner_.prune(before, limit);
  }

  std::size_t prune_outbox(const kept_times& kept, std::size_t limit,
                           const std::vector<std::string>& consumers) override {
    return outbox_pruner_.prune(kept, limit, consumers);
  }

 private:
  // They begin with the epoch: what a store that was set back has lost is not given again.
  void begin_sequences() {
    statement raise{db_.database(),
                    "UPDATE outbox_counter SET last_sequence = greatest(last_sequence, $1)"};
    const auto begun = db_.in_transaction([&] { raise.run(db_.epoch() << epoch_numbers::narrow); });
    if (begun != commit_outcome::committed)
      throw storage_error{storage_error::kind::unreachable,
                          "payment: the outbox cannot be numbered"};
  }

  void write(std::span<const payment_write> batch, postgres::batch& into) {
    final_rows all;
    columns events{16};
    for (const auto& w : batch) {
      if (w.row) all.put(*w.row);
      if (!w.notes.empty()) all.note(w.notes);
      if (w.event) add(events, *w.event);
      if (w.key.present()) all.remember(w);
      if (w.consumed) all.consume(w.consumed->first, w.consumed->second);
    }
    put(all, into);
    append(all, into);
    if (!events.empty()) into.call(events_, events, events.rows());
    remember(all, into);
    consume(all, into);
    for (const auto& w : batch)
      if (w.consumed) park(w, w.consumed->first, into);
  }

  static void add(columns& to, const payment_event& e) {
    to.add(e.id, e.kind, e.payment, e.user, e.reservation.number, e.reservation.schedule, e.concert,
           e.seats, e.amount, e.token.number, e.holds_else, e.paid_at, e.occurred_at,
           e.from.request_id(), e.from.traceparent(), e.seat_names);
  }

  void append(const final_rows& all, postgres::batch& into) {
    const auto notes = all.other_notes();
    if (!notes.empty()) into.call(append_, notes);
  }

  void put(const final_rows& rows, postgres::batch& into) {
    const auto payments = rows.payments();
    if (payments.empty()) return;
    columns all{23};
    for (const auto* p : payments)
      all.add(p->id, p->reservation.number, p->reservation.schedule, p->concert, p->user, p->amount,
              p->state, p->failure, p->reason, p->token.number, p->holds_else, p->seats, p->balance,
              p->created_at, p->deadline, p->completed_at, p->changed_at, p->released_at,
              p->parked_from, p->from.request_id(), p->from.traceparent(), p->seat_names,
              rows.notes_of(p->id));
    into.call(put_, all, payments.size());
  }

  void remember(const final_rows& all, postgres::batch& into) {
    if (all.keys().empty()) return;
    columns rows{7};
    for (const auto& [scope, k] : all.keys()) {
      const auto answer = k.answer ? std::optional{bytes{*k.answer}} : std::nullopt;
      rows.add(k.key.scope.high, k.key.scope.low, k.key.body.high, k.key.body.low, k.payment,
               answer, k.at);
    }
    into.call(keys_, rows, rows.rows());
  }

  void consume(const final_rows& all, postgres::batch& into) {
    if (all.positions().empty()) return;
    columns rows{2};
    for (const auto& [consumer, sequence] : all.positions())
      rows.add(consumer, sequence);
    into.call(consumed_, rows);
  }

  // Rare, and in the order of the writes.
  void park(const payment_write& write, const std::string& consumer, postgres::batch& into) {
    for (const auto& p : write.parked)
      into.call(park_, consumer, p.event.schedule(), p.event.sequence, p.event.id, p.reason, p.at);
    for (const auto event : write.replayed) {
      into.call(unpark_, event, consumer);
      into.call(let_go_, event);
    }
  }

  batch_statement put_{db_.database(), R"(
    WITH written AS (INSERT INTO payment AS p (id, reservation, schedule, concert, user_id, amount,
      state, failure, reason, token, holds_else, seats, balance, created_at, deadline, completed_at, changed_at,
      released_at, parked_from, request_id, traceparent, seat_names, notes)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[],
      $6::bigint[], $7::smallint[], $8::smallint[], $9::text[], $10::bigint[], $11::boolean[],
      $12::integer[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[],
      $18::bigint[], $19::smallint[], $20::text[], $21::text[], $22::text[], $23::text[])
    ON CONFLICT (id) DO UPDATE SET state = excluded.state, failure = excluded.failure,
      reason = excluded.reason, token = excluded.token, holds_else = excluded.holds_else,
      seats = excluded.seats, balance = excluded.balance, deadline = excluded.deadline,
      completed_at = excluded.completed_at, changed_at = excluded.changed_at,
      released_at = excluded.released_at,
      parked_from = excluded.parked_from, request_id = excluded.request_id,
      traceparent = excluded.traceparent, notes = p.notes || excluded.notes
    WHERE p.reservation = excluded.reservation AND p.schedule = excluded.schedule AND p.concert = excluded.concert
      AND p.user_id = excluded.user_id AND p.amount = excluded.amount
      AND p.created_at = excluded.created_at
    RETURNING 1)
    SELECT expect(count(*) = $24, 'a payment keeps its facts') FROM written)"};
  batch_statement append_{db_.database(), R"(
    UPDATE payment p SET notes = p.notes || g.notes
    FROM unnest($1::bigint[], $2::text[]) AS g (id, notes) WHERE p.id = g.id)"};
  batch_statement events_{db_.database(), R"(
    WITH counted AS (
      UPDATE outbox_counter SET last_sequence = last_sequence + $17
      RETURNING last_sequence - $17 AS before
    )
    INSERT INTO outbox (sequence, id, kind, payment, user_id, reservation, schedule, concert,
      seats, amount, token, holds_else, paid_at, occurred_at, request_id, traceparent, seat_names)
    SELECT counted.before + g.place, g.id, g.kind, g.payment, g.user_id, g.reservation, g.schedule,
      g.concert, g.seats, g.amount, g.token, g.holds_else, g.paid_at, g.occurred_at, g.request_id,
      g.traceparent, g.seat_names
    FROM counted, unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::text[], $5::bigint[],
      $6::bigint[], $7::bigint[], $8::integer[], $9::bigint[], $10::bigint[], $11::boolean[],
      $12::bigint[], $13::bigint[], $14::text[], $15::text[], $16::text[]) WITH ORDINALITY AS g (id, kind, payment, user_id, reservation,
        schedule, concert, seats, amount, token, holds_else, paid_at, occurred_at, request_id,
        traceparent, seat_names, place))"};
  batch_statement keys_{db_.database(), R"(
    WITH written AS (INSERT INTO remembered_key AS k
      (scope_high, scope_low, body_high, body_low, payment, answer, at)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[],
      $6::bytea[], $7::bigint[])
    ON CONFLICT (scope_high, scope_low) DO UPDATE SET
      payment = excluded.payment, answer = coalesce(k.answer, excluded.answer)
    WHERE k.body_high = excluded.body_high AND k.body_low = excluded.body_low
    RETURNING 1)
    SELECT expect(count(*) = $8, 'a key keeps its body') FROM written)"};
  batch_statement consumed_{db_.database(), R"(
    INSERT INTO consumer AS c (name, sequence)
    SELECT * FROM unnest($1::text[], $2::bigint[])
    ON CONFLICT (name) DO UPDATE SET sequence = greatest(c.sequence, excluded.sequence))"};
  batch_statement park_{db_.database(), R"(
    INSERT INTO parked_event (consumer, schedule, sequence, event, reason, at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (consumer, schedule, sequence) DO UPDATE SET
      reason = excluded.reason, at = excluded.at)"};
  batch_statement unpark_{db_.database(),
                          "DELETE FROM parked_event WHERE event = $1 AND consumer = $2"};
  // What the pruning went over while it was parked.
  batch_statement let_go_{db_.database(), R"(
    DELETE FROM outbox WHERE id = $1 AND sequence <= (SELECT through FROM outbox_pruned)
      AND NOT EXISTS (SELECT 1 FROM parked_event p WHERE p.sequence = outbox.sequence))"};
  sql::outbox_pruner<dialect> outbox_pruner_{db_};
  sql::key_pruner<dialect> pruner_{db_};
};

}  // namespace

postgres_payment open_postgres_payment(const postgres_database& at) {
  migrate(*at, payment_schema);
  return {std::make_unique<postgres_payment_store>(at),
          std::make_unique<sql::sql_payment_reader<dialect>>(at)};
}

}  // namespace boxoffice
