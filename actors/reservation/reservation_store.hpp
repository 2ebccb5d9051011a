#pragma once

#include "actors/commit/commit.hpp"
#include "actors/commit/owned_store.hpp"
#include "actors/core/idempotency.hpp"
#include "actors/durable/key_page.hpp"
#include "actors/reservation/reservation.hpp"

#include <optional>
#include <span>
#include <vector>

namespace boxoffice {

/// One durable decision of the reservation service: the reservation as it is from now on, and the
/// answer remembered for the key of the request, both or either.
///
/// **Ensures** in the store: a row per reservation, and a row per live seat claim (schedule, seat),
/// UNIQUE, which a status of expired, released or refunded frees.
struct reservation_write {
  std::optional<reservation> row;  ///< insert or replace by id
  std::vector<reservation_id>
      lapsed;       ///< whose deadline passed: status expired, claims freed first
  request_key key;  ///< absent: nothing to remember
  std::optional<reservation_answer> answer;  ///< with a present key
  time_point at{};
};

struct remembered_hold {
  digest body;
  reservation_answer answer;
};

/// **Thread**: the committer's.
class reservation_store : public owned_store {
 public:
  /// Applies the writes in order, in one transaction. Rows lapsed first, then the row.
  virtual commit_result commit(std::span<const reservation_write> batch) = 0;
  /// Deletes at most `limit` keys remembered before `before`; returns how many.
  virtual std::size_t prune_keys(time_point before, std::size_t limit) = 0;
};

/// Reads of committed state. **Thread**: the reader's. Throws when the store cannot be read.
class reservation_reader {
 public:
  virtual ~reservation_reader() = default;
  /// All reservations of a schedule in status held or confirmed, by id.
  struct schedule_state {
    std::vector<reservation> live;
  };
  virtual schedule_state load_schedule(schedule_id schedule) = 0;
  /// Ids of schedules that have a reservation in status held.
  virtual std::vector<schedule_id> schedules_with_holds() = 0;
  virtual std::optional<reservation> find(reservation_id id) = 0;
  /// Newest first (descending id by held_at, then id), ids before `before` in that order, at most
  /// `limit`; `status` as stored at `now` (status_at). `before` 0 starts at the newest.
  struct page {
    std::vector<reservation> items;
    std::uint64_t next{0};  ///< cursor, 0 at the end
  };
  virtual page list(const user_id& user, std::optional<reservation_status> status, time_point now,
                    std::uint64_t cursor, std::size_t limit) = 0;
  virtual std::optional<remembered_hold> find_key(const digest& scope) = 0;
  /// At most `limit` of the keys that are remembered, behind `cursor`; 0: from the youngest.
  virtual key_page key_scopes(std::int64_t cursor, std::size_t limit) = 0;
};

}  // namespace boxoffice
