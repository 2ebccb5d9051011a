#pragma once

#include "actors/commit/commit.hpp"
#include "actors/payment/payment.hpp"

#include <optional>
#include <span>
#include <vector>

namespace boxoffice {

/// One durable step of the payment service, all of it or nothing.
///
/// **Ensures** in the store: UNIQUE(reservation) over payments that are completed or on a way that
/// keeps the seats (completed, parked after confirm, refund_started, refund_released); the event's
/// sequence is given by the store (AUTOINCREMENT).
struct payment_write {
  std::optional<payment> row;          ///< insert or replace by id
  std::vector<saga_note> notes;        ///< appended to the timeline
  std::optional<payment_event> event;  ///< appended to the outbox (sequence is ignored)
  request_key key;                     ///< remembered with this payment…
  payment_id key_payment;
  std::optional<payment_outcome> answer;  ///< …and, once answered, with this answer
  std::optional<std::pair<std::string, std::uint64_t>> consumed;  ///< consumer, up to this sequence
  time_point at{};
};

struct remembered_payment {
  digest body;
  payment_id payment;                     ///< none for a refusal that started nothing
  std::optional<payment_outcome> answer;  ///< empty while the first request is unanswered
};

/// **Thread**: the committer's.
class payment_store {
 public:
  virtual ~payment_store() = default;
  /// Applies the writes in order, in one transaction.
  virtual commit_outcome commit(std::span<const payment_write> batch) = 0;
  virtual std::size_t prune_keys(time_point before, std::size_t limit) = 0;
  /// Deletes at most `limit` events that every consumer has passed and that are older than
  /// `before`.
  virtual std::size_t prune_outbox(time_point before, std::size_t limit) = 0;
};

/// Reads of committed state. **Thread**: the reader's. Throws when the store cannot be read.
class payment_reader {
 public:
  virtual ~payment_reader() = default;
  /// Every saga that is neither terminal nor parked, oldest first; the keys that wait for its
  /// answer.
  struct open_saga {
    payment row;
    request_key key;  ///< absent when none waits
  };
  virtual std::vector<open_saga> open_sagas() = 0;
  virtual std::optional<payment> find(payment_id id) = 0;
  /// The payment that holds or held the reservation: the newest that is not failed or compensated.
  virtual std::optional<payment> find_by_reservation(reservation_id reservation) = 0;
  virtual std::optional<remembered_payment> find_key(const digest& scope) = 0;
  virtual std::vector<digest> key_scopes(std::size_t limit) = 0;
  /// The youngest id per shard of which the store knows, for the id generator.
  virtual std::vector<payment_id> last_ids() = 0;
  virtual std::vector<saga_note> timeline(payment_id id) = 0;
  /// Events after `sequence`, ascending, at most `limit`.
  virtual std::vector<payment_event> events_after(std::uint64_t sequence, std::size_t limit) = 0;
  /// How far a consumer got (0: nothing yet).
  virtual std::uint64_t consumed_by(const std::string& consumer) = 0;
};

}  // namespace boxoffice
