#include "actors/core/epoch_numbers.hpp"
#include "storage/encoding/outcomes.hpp"
#include "storage/encoding/timeline.hpp"
#include "storage/sql/outbox_pruner.hpp"
#include "storage/sql/payment_reader.hpp"
#include "storage/sqlite/dialect.hpp"
#include "storage/sqlite/migrations/migrate.hpp"
#include "storage/sqlite/stores.hpp"

namespace boxoffice {
namespace {

using namespace sqlite;  // NOLINT(google-build-using-namespace): the folder's own

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

/// A payment keeps its reservation, user, amount and time of creation; a key keeps its body and its
/// first answer. A write that would change them is refused as the bug it is.
class sqlite_payment_store final : public owned<payment_store> {
 public:
  /// **Faults** storage_error.
  explicit sqlite_payment_store(std::shared_ptr<database_file> file)
      : owned_port{std::move(file), storage::newest_in_payment} {
    begin_sequences();
  }

  commit_result commit(std::span<const payment_write> batch) override {
    return db_.in_transaction([&] {
      for (const auto& write : batch)
        apply(write);
    });
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
    const auto first = db_.epoch() << epoch_numbers::narrow;
    statement raise{db_.database(),
                    "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'outbox'"};
    statement add{db_.database(), "INSERT INTO sqlite_sequence (name, seq) VALUES ('outbox', ?)"};
    const auto begun = db_.in_transaction([&] {
      if (raise.run(first) == 0) add.run(first);
    });
    if (begun != commit_outcome::committed)
      throw storage_error{storage_error::kind::other, "payment: the outbox cannot be numbered"};
  }

  void apply(const payment_write& write) {
    if (write.row)
      put(*write.row, encoding::encode(write.notes));
    else if (!write.notes.empty())
      append_.run(encoding::encode(write.notes), write.notes.front().payment);
    if (write.event) publish(*write.event);
    if (write.key.present()) remember(write);
    if (write.consumed) consume(write, write.consumed->first, write.consumed->second);
  }

  void consume(const payment_write& write, const std::string& consumer, std::uint64_t sequence) {
    consumed_.run(consumer, sequence);
    for (const auto& p : write.parked)
      park_.run(consumer, p.event.schedule(), p.event.sequence, p.event.id, p.reason, p.at);
    for (const auto event : write.replayed) {
      unpark_.run(event, consumer);
      let_go_.run(event);
    }
  }

  void put(const payment& p, const std::string& notes) {
    const auto changed =
        update_.run(p.state, p.failure, p.reason, p.token.number, p.holds_else, p.seats, p.balance,
                    p.deadline, p.completed_at, p.changed_at, p.released_at, p.parked_from,
                    p.from.request_id(), p.from.traceparent(), notes, p.id, p.reservation.number,
                    p.reservation.schedule, p.concert, p.user, p.amount, p.created_at);
    if (changed == 1) return;
    // Refused by the primary key when the payment is there, with other facts.
    insert_.run(p.id, p.reservation.number, p.reservation.schedule, p.concert, p.user, p.amount,
                p.state, p.failure, p.reason, p.token.number, p.holds_else, p.seats, p.balance,
                p.created_at, p.deadline, p.completed_at, p.changed_at, p.released_at,
                p.parked_from, p.from.request_id(), p.from.traceparent(), p.seat_names, notes);
  }

  void publish(const payment_event& e) {
    event_.run(e.id, e.kind, e.payment, e.user, e.reservation.number, e.reservation.schedule,
               e.concert, e.seats, e.amount, e.token.number, e.holds_else, e.paid_at, e.occurred_at,
               e.from.request_id(), e.from.traceparent(), e.seat_names);
  }

  void remember(const payment_write& write) {
    const auto& key = write.key;
    const auto bytes = write.answer ? encoding::encode(*write.answer) : std::string{};
    const auto answer = write.answer ? std::optional{blob{bytes}} : std::nullopt;
    const auto changed = key_.run(key.scope.high, key.scope.low, key.body.high, key.body.low,
                                  write.key_payment, answer, write.at);
    expect(changed == 1, "a key keeps its body");
  }

  statement update_{db_.database(), R"(
    UPDATE payment SET state = ?, failure = ?, reason = ?, token = ?, holds_else = ?, seats = ?,
      balance = ?, deadline = ?, completed_at = ?, changed_at = ?,
      released_at = ?, parked_from = ?, request_id = ?, traceparent = ?, notes = notes || ?
    WHERE id = ? AND reservation = ? AND schedule = ? AND concert = ? AND user = ? AND amount = ?
      AND created_at = ?)"};
  statement insert_{db_.database(), R"(
    INSERT INTO payment (id, reservation, schedule, concert, user, amount, state, failure, reason, token,
      holds_else, seats, balance, created_at, deadline, completed_at, changed_at, released_at,
      parked_from, request_id, traceparent, seat_names, notes)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))"};
  statement append_{db_.database(), "UPDATE payment SET notes = notes || ? WHERE id = ?"};
  statement event_{db_.database(), R"(
    INSERT INTO outbox (id, kind, payment, user, reservation, schedule, concert, seats, amount,
      token, holds_else, paid_at, occurred_at, request_id, traceparent, seat_names)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))"};
  statement key_{db_.database(), R"(
    INSERT INTO remembered_key
      (scope_high, scope_low, body_high, body_low, payment, answer, at)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (scope_high, scope_low) DO UPDATE SET
      payment = excluded.payment, answer = coalesce(answer, excluded.answer)
    WHERE body_high = excluded.body_high AND body_low = excluded.body_low)"};
  statement consumed_{db_.database(), R"(
    INSERT INTO consumer (name, sequence) VALUES (?, ?)
    ON CONFLICT (name) DO UPDATE SET sequence = max(sequence, excluded.sequence))"};
  statement park_{db_.database(), R"(
    INSERT INTO parked_event (consumer, schedule, sequence, event, reason, at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6)
    ON CONFLICT (consumer, schedule, sequence) DO UPDATE SET
      reason = excluded.reason, at = excluded.at)"};
  statement unpark_{db_.database(), "DELETE FROM parked_event WHERE event = ? AND consumer = ?"};
  // What the pruning went over while it was parked.
  statement let_go_{db_.database(), R"(
    DELETE FROM outbox WHERE id = ? AND sequence <= (SELECT through FROM outbox_pruned)
      AND NOT EXISTS (SELECT 1 FROM parked_event p WHERE p.sequence = outbox.sequence))"};
  sql::outbox_pruner<dialect> outbox_pruner_{db_};
  sql::key_pruner<dialect> pruner_{db_};
};

}  // namespace

payment_storage open_payment_storage(const std::filesystem::path& file, const storage_tuning& how) {
  migrate(file, payment_schema);
  const auto shared = std::make_shared<database_file>(file, how.log_pages_max);
  payment_storage opened;
  translated([&] {
    opened.store = std::make_unique<sqlite_payment_store>(shared);
    opened.reader = std::make_unique<sql::sql_payment_reader<dialect>>(shared);
  });
  opened.file = shared;
  return opened;
}

}  // namespace boxoffice
