#pragma once

#include <cstdint>

namespace boxoffice {

/// Mistakes that the simulation must find, each at the place where a tired engineer would make it.
/// They exist only in the library that is built for the simulation; in a server `is_planted` is the
/// constant false and leaves no trace.
enum class planted_bug : std::uint8_t {
  none,
  release_without_owner,        ///< anybody may give back a reservation
  no_fence,                     ///< a writer that was replaced still writes
  publish_before_commit,        ///< the event is written before the transition it tells of
  answer_before_commit,         ///< a payment is answered when decided
  refund_without_business_key,  ///< a repeated refund gives the points back again
  no_tombstone,                 ///< a refund that comes before its debit is not remembered
  sweeper_decides,              ///< a hold lives until the sweeper has written its end
  timeout_undoes_completed,     ///< the deadline may strike while the completion is being written
  event_applied_again,          ///< a repeated event counts again
  basket_keeps_claims,          ///< a refused basket leaves its claims on the seats
  stale_memory,                 ///< an account lives on after its batch failed
  key_after_effect,             ///< the idempotency key is written after the hold, not with it
  confirm_after_revert,         ///< the reservation forgets which payments were undone
  epoch_by_counter,             ///< an epoch is one more than the last, and no clock counts
  refused_is_done,              ///< a write that the store refuses is taken for committed
  relay_runs_ahead,             ///< the relay remembers events as applied when it sends them
  take_over_without_compare,    ///< what has moved since the look is taken over all the same
  no_read_fence,                ///< memory answers however long ago its owner has written
  lease_from_answer,            ///< a transaction renews the lease from its answer, not its begin
  lease_from_take_over,         ///< a take-over is a lease already
  refused_renews,               ///< a transaction that the store refused renews the lease
  gap_is_no_gap,                ///< a standby goes on waiting over looks that it has missed
  still_from_question,          ///< a row stands still since a look was sent, not answered
  waits_too_short,              ///< a standby waits for less than a lease lasts
  released_while_serving,       ///< the stores are released before the last answer has left
  sent_again_under_new_id,      ///< what is open goes again after a reconnect, as something new
  lost_with_the_link,           ///< what is open is forgotten when the link is cut
  unsettled_is_not_done,        ///< what another life was asked before counts as surely not done
  admitted_again,               ///< an admission takes the place of the first
  extension_in_memory_only,     ///< the later deadline of a hold is not in what is written
};

#ifdef BOXOFFICE_PLANTED_BUGS
/// Which one is planted now. **Thread**: the simulation's only one.
inline planted_bug planted_now{planted_bug::none};
inline bool is_planted(planted_bug bug) { return planted_now == bug; }
#else
constexpr bool is_planted(planted_bug) { return false; }
#endif

}  // namespace boxoffice
