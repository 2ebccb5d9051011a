#pragma once

#include "actors/commit/commit.hpp"
#include "actors/commit/owned_store.hpp"
#include "actors/durable/key_page.hpp"
#include "actors/payment/payment.hpp"
#include "actors/payment/sales_baseline.hpp"

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
  std::vector<parked_event> parked;  ///< with `consumed`: insert or replace by (consumer, event)
  std::vector<event_id> replayed;    ///< with `consumed`: no longer parked for that consumer
  time_point at{};
};

/// When what is to be kept happened. What happened after it was dated by a clock that was wrong.
struct kept_times {
  time_point from{}, to{time_point::max()};

  [[nodiscard]] bool hold(time_point at) const { return from <= at && at <= to; }
};

struct remembered_payment {
  digest body;
  payment_id payment;                     ///< none for a refusal that started nothing
  std::optional<payment_outcome> answer;  ///< empty while the first request is unanswered
};

/// **Thread**: the committer's.
class payment_store : public owned_store {
 public:
  /// Applies the writes in order, in one transaction.
  virtual commit_result commit(std::span<const payment_write> batch) = 0;
  virtual std::size_t prune_keys(time_point before, std::size_t limit) = 0;
  /// Goes on from where it was, over at most `limit` events that all of `consumers` have passed, to
  /// the last one that did not happen in `kept`; deletes them, but for those that are parked, which
  /// go when they are parked no longer. Returns how many it went over. A consumer that is not named
  /// holds up nothing: it is no longer configured.
  virtual std::size_t prune_outbox(const kept_times& kept, std::size_t limit,
                                   const std::vector<std::string>& consumers) = 0;
};

/// Which sagas an operator asks for.
struct saga_query {
  std::optional<saga_state> state;                ///< empty: any
  time_point unchanged_since{time_point::max()};  ///< those that have not moved after it
  payment_id after;                               ///< the last one of the page before
  std::size_t limit{0};
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
  /// At most `limit` of the keys that are remembered, behind `cursor`; 0: from the youngest.
  virtual key_page key_scopes(std::int64_t cursor, std::size_t limit) = 0;
  virtual std::vector<saga_note> timeline(payment_id id) = 0;
  /// Sagas of any state, the youngest first.
  virtual std::vector<payment> sagas(const saga_query& asked) = 0;
  /// How many of the shards `first`, `first + 1`, … are parked.
  virtual std::size_t parked_sagas(std::uint32_t first_shard, std::uint32_t shards) = 0;
  /// Events after `sequence`, ascending, at most `limit`.
  virtual std::vector<payment_event> events_after(std::uint64_t sequence, std::size_t limit) = 0;
  /// How far a consumer got (0: nothing yet).
  virtual std::uint64_t consumed_by(const std::string& consumer) = 0;
  /// Up to which sequence events were pruned, but for those that are parked; 0: none ever was.
  virtual std::uint64_t pruned_through() = 0;
  /// All sales of one moment, but for what `consumer` has parked; the minutes from `since_minute`
  /// on. **Why** without those: they are counted when they are replayed. It reads every payment.
  virtual sales_baseline sales(const std::string& consumer, std::int64_t since_minute) = 0;
  virtual std::optional<payment_event> find_event(event_id id) = 0;
  /// Everything parked whose sequence is after `sequence`, ascending by sequence and then consumer;
  /// of at most `events` events.
  virtual std::vector<parked_event> parked_after(std::uint64_t sequence, std::size_t events) = 0;
  /// What a consumer has parked of one schedule, ascending, at most `limit`.
  virtual std::vector<parked_event> parked_of(const std::string& consumer, schedule_id schedule,
                                              std::size_t limit) = 0;
  /// Where one event is parked.
  virtual std::vector<parked_event> find_parked(event_id id) = 0;
  /// The schedules of which a consumer has something parked, and how many events that is.
  struct parked_schedule {
    schedule_id schedule;
    std::uint64_t first{0};  ///< sequence of the oldest event parked
    bool operator==(const parked_schedule&) const = default;
  };
  struct parked_schedules {
    std::vector<parked_schedule> schedules;
    std::size_t events{0};
  };
  virtual parked_schedules parked_for(const std::string& consumer) = 0;
  /// Sequences of what a consumer has parked after `after`, up to `through`, in any order.
  virtual std::vector<std::uint64_t> parked_between(const std::string& consumer,
                                                    std::uint64_t after, std::uint64_t through) = 0;
};

}  // namespace boxoffice
