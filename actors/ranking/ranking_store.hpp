#pragma once

#include "actors/core/ids.hpp"
#include "actors/ranking/leaderboard.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace boxoffice {

/// One event applied by one board: the rows as they are from now on, with the mark that the
/// consumer has it (UNIQUE(consumer, sequence)), in one transaction.
struct ranking_write {
  std::string consumer;
  event_id event;
  std::uint64_t sequence{0};
  std::optional<sales_bucket> bucket;  ///< insert or replace by (schedule, minute)
  std::optional<sales_total> total;    ///< insert or replace by (consumer, schedule)
  /// No event at or before this sequence comes again: its marks may go.
  std::uint64_t no_more_through{0};
};

/// A part of filling a board anew, in one transaction. The first part empties it: its rows, its
/// marks, how far it is; the last part says how far it is now.
struct board_fill {
  std::string consumer;
  enum class place : std::uint8_t { first, between, last, only } is{place::only};
  enum class minutes : bool { kept, emptied } buckets_are{minutes::kept};  ///< by the first part
  std::vector<sales_total> totals;
  std::vector<sales_bucket> buckets;
  std::uint64_t through{0};  ///< with the last part: what is counted, without a mark of any event

  [[nodiscard]] bool begins() const { return is == place::first || is == place::only; }
  [[nodiscard]] bool ends() const { return is == place::last || is == place::only; }
};

/// An event and the sequence that the outbox gave it, once and for all.
struct numbered_event {
  event_id event;
  std::uint64_t sequence{0};
};

/// Reads of committed state. **Thread**: the reader's. Throws when the store cannot be read.
class ranking_reader {
 public:
  virtual ~ranking_reader() = default;
  struct board_state {
    std::vector<sales_bucket> buckets;  ///< from minute `since` on
    std::vector<sales_total> totals;
    std::uint64_t applied_through{0};  ///< highest sequence this consumer has applied, 0 for none
    std::uint64_t filled_through{0};   ///< of the last `board_fill`, 0 for none
  };
  virtual board_state load_board(const std::string& consumer, std::int64_t since_minute) = 0;
  /// The store keeps a bounded number of marks for each consumer, the youngest, and of those only
  /// what may come again. Up to this sequence it has forgotten them, but for those of events that
  /// came later than that; 0: it has them all.
  virtual std::uint64_t forgotten_through(const std::string& consumer) = 0;
  /// Which of `events` this consumer has applied. **Why**: an event that was parked and replayed
  /// comes after younger ones, so its sequence alone does not tell whether it is a repetition.
  virtual std::vector<event_id> applied_among(const std::string& consumer,
                                              const std::vector<numbered_event>& events) = 0;
};

}  // namespace boxoffice
