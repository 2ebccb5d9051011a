#pragma once

#include "storage/redis/link.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace boxoffice::redis {

/// Everything that Redis is asked to do, as Lua. Each script has one key, that of the owner, and
/// makes the other names from it. They run one at a time and whole: Redis has no other transaction
/// in which a write can depend on what was read.
///
///     key             type  holds
///     ──────────────  ────  ───────────────────────────────────────────────────────────────
///     P:owner         hash  epoch, batch, layout: who may write, and how often he did
///     P:restoring     text  epoch of who is writing everything back; then there is no owner
///     P:room:CONCERT  hash  token → "sequence state expires_at changed_at user"
///     P:line:CONCERT  zset  token by sequence
///     P:live:CONCERT  hash  user → token that is waiting or active
///     P:last          hash  concert → highest sequence ever given
///     P:applied:NAME  zset  event by sequence, for each consumer
///     P:through       hash  consumer → highest sequence applied
///     P:forgotten     hash  consumer → sequence up to which its marks are forgotten
///     P:filled        hash  consumer → sequence up to which its board was counted from payments
///     P:totals:NAME   hash  schedule → "seats last_paid_at sold_out_at"
///     P:minutes       zset  minutes that have a bucket
///     P:minute:N      hash  schedule → seats
///
/// P is `{boxoffice}`, or the prefix of the URL in braces: in a cluster all keys are in one slot.
/// Ids are text: numbers in Lua are doubles. Links do not share these objects.
struct scripts {
  scripts();
  /// layout [epoch batch beat, as they were seen]
  ///   → `held` epoch batch | `empty` epoch | `too_new` layout | `moved`
  /// Raises the epoch, which is the time in milliseconds unless the last one is as high: also an
  /// emptied Redis gives no old number.
  script acquire;
  /// epoch batch {field value}… → `ours` | `lost` | `replaced`: writes fields of `P:installation`
  script keep;
  /// epoch number → `committed` | `aborted` | `lost` | `replaced`: whether the batch that would
  /// raise the number to this has; if not, it never will.
  script settle;
  /// epoch batch kept forgotten_each minutes operation…
  ///   → `ours` | `lost` | `replaced` | `refused` rule
  script commit;
  /// epoch batch {concert token}… → `ours` | `lost` | `replaced`
  script prune;

  /// mine attempt {field value}… → `begun` | `replaced`: with the fields of `P:installation`
  script begin_restoring;
  /// attempt key… → `ours` | `lost` | `replaced`: deletes keys
  script sweep;
  /// attempt kept forgotten_each minutes operation… → the same
  script put_back;
  /// attempt batch layout → the same: the attempt is the epoch from here on
  script end_restoring;

  // Each answers the epoch and the batch, and then what is asked; the epoch is empty without owner.
  /// → {concert, last sequence, …}, {consumer, through, …}, {consumer, forgotten, …}
  script read_index;
  /// concert after limit → last sequence, {token, …}, {entry, …}
  script read_room;
  /// consumer since → through, {schedule, total, …}, {minute, {schedule, seats, …}, …}
  script read_board;
  /// consumer event… → {"1" or "", …}
  script read_applied;
  /// consumer after limit → {event, sequence, …}
  script read_marks;
};

/// What the keys mean; raised when a version writes them in another way. 1: ids of before decision
/// 0016, and marks forgotten by their sequence.
inline constexpr int layout_now = 2;

}  // namespace boxoffice::redis
