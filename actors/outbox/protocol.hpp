#pragma once

#include "actors/caf/actor.hpp"
#include "actors/caf/message.hpp"
#include "actors/core/call_context.hpp"
#include "actors/core/fault.hpp"
#include "actors/durable/figures.hpp"
#include "actors/payment/protocol.hpp"
#include "actors/payment/sales_baseline.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace boxoffice {

/// Events in sequence order, for one consumer. Events may come again: the consumer keeps what it
/// applied (docs/PROMISES.md, G13).
struct deliver_events {
  std::uint64_t correlation{0};
  std::vector<payment_event> events;
  /// Sequence up to which the consumer has said to hold what it was given. One that keeps books and
  /// holds less has lost something: it takes nothing, and answers `applied_so_far`.
  std::uint64_t held{0};
  /// What an event is that the consumer has no mark of, although it is older than the marks kept.
  enum class unmarked : std::uint8_t {
    is_new,         ///< it was parked until now
    is_repeated,    ///< it was applied, and its mark is forgotten
    may_be_either,  ///< it comes from a broker: what the consumer cannot tell it refuses
  } old_one{unmarked::is_new};
  /// Nothing at or before this sequence is delivered again; its marks are of no use any more.
  std::uint64_t no_more_through{0};
};

/// Asks a consumer what it holds by its own books, before anything is delivered to it.
struct ask_applied {
  using reply = struct applied_so_far;
  std::uint64_t correlation{0};
};

/// What a consumer holds. **Why**: its store can be emptied or restored from an old copy while the
/// relay's position, which stands in another database, stays.
struct applied_so_far {
  std::uint64_t correlation{0};
  enum class books : bool {
    none,  ///< it keeps none: whatever the relay believes is true
    kept,
  } are{books::none};
  std::uint64_t through{0};      ///< highest sequence applied
  std::uint64_t known_after{0};  ///< repetitions of what comes after this are recognised
};

/// A part of what a board is to hold from now on, instead of all it has: the sales up to a moment,
/// counted from the payments. Parts come one after the other, each when the one before is durable;
/// a board that has heard only some of them holds nothing.
struct fill_board {
  using reply = struct board_filled;
  std::uint64_t correlation{0};
  std::uint64_t filling{0};  ///< the same number in all parts that belong together
  std::uint32_t part{0};     ///< from 0 on
  enum class more : bool { no, yes } follows{more::no};
  std::uint64_t through{0};  ///< the sequence of that moment
  std::vector<schedule_sales> schedules;
  std::vector<minute_sales> minutes;
};

/// This part is durable; with the last one, so is all of it. Or the store refuses a row of it, and
/// the filling is void.
struct board_filled {
  std::uint64_t correlation{0};
  std::uint64_t filling{0};
  std::uint32_t part{0};
  enum class end : std::uint8_t { durable, refused } is{end::durable};
};

/// A consumer that can be filled.
using fillable_actor = accepts<fill_board>;

/// The consumer has durably applied every event up to `sequence`. Silence is answered by delivering
/// again.
struct events_applied {
  std::uint64_t correlation{0};
  std::uint64_t sequence{0};
};

/// The consumer has durably applied what stands before this event in the delivery, does not take
/// this one, and has left the rest. **Why** not just silence: silence stops everybody behind it,
/// which is right when nothing can be applied, and wrong when one event cannot.
struct event_refused {
  std::uint64_t correlation{0};
  std::uint64_t sequence{0};  ///< of the event
  enum class lasting : std::uint8_t {
    for_good,  ///< this event will never be taken as it is
    for_now,   ///< perhaps later; it is tried a bounded number of times
  } how{lasting::for_good};
  std::string reason;
};

/// Whoever consumes events. Answers `events_applied` or `event_refused` to the sender, with the
/// correlation of the delivery; and `ask_applied` with `applied_so_far`, once it knows.
using event_consumer_actor = accepts<deliver_events, ask_applied>;

/// Tells the relay that a commit appended events.
struct outbox_appended {};

/// Tells the relay to deliver what it has parked of one schedule again, in order.
struct replay_parked {
  schedule_id schedule;
};

/// Publishes the outbox to one consumer, in order.
using outbox_relay_actor = accepts<outbox_appended, events_applied, event_refused, applied_so_far,
                                   board_filled, replay_parked>;

/// An operator asks what has not arrived yet, in the order of publishing.
struct list_outbox {
  using reply = struct outbox_list;
  std::uint64_t correlation{0};
  enum class wanted : std::uint8_t {
    pending,  ///< some consumer has not come to it yet
    parked,   ///< some consumer does not take it, or has parked an older one of its schedule
  } what{wanted::pending};
  std::uint64_t after{0};  ///< sequence of the last one of the page before
  std::uint32_t limit{0};
  call_context call{};
};

/// Where an event waits.
struct outbox_place {
  std::string consumer;
  std::string reason;      ///< parked
  time_point parked_at{};  ///< parked
};

struct outbox_line {
  payment_event event;
  std::vector<outbox_place> places;
};

struct outbox_list {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  std::vector<outbox_line> lines;
  enum class more : bool { no, yes } follows{more::no};
};

/// An operator wants a parked event, and what is parked behind it, delivered again.
struct replay_event {
  using reply = struct replay_reply;
  std::uint64_t correlation{0};
  event_id event;
  call_context call{};
};

enum class replay_refusal : std::uint8_t { none, event_not_found, event_not_parked };

/// The relays have been told; what a consumer takes is parked no longer.
struct replay_reply {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  replay_refusal refusal{replay_refusal::none};
  std::vector<std::string> consumers;  ///< to whom it goes again
};

/// What operators see of the outbox.
using outbox_service_actor = accepts<list_outbox, replay_event, read_figures>;

}  // namespace boxoffice
