#pragma once

#include "actors/commit/committer.hpp"
#include "actors/point/account_messages.hpp"
#include "actors/point/point_store.hpp"

#include <cstdint>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

namespace boxoffice {

/// The one writer that a desk and its accounts are towards the committer: numbers their writes, and
/// keeps what is to be answered when each is durable.
///
/// **Why** shared: an account must learn at once whether its write was taken, or it would decide on
/// top of one that was not; and reports come per desk, so a batch costs one message however many
/// accounts it touches. **Thread**: any; `take_…` and `next_generation` are the desk's.
class point_writer {
 public:
  /// `report` runs in the committer's job: it should only send a message.
  point_writer(committer<point_write>& commits, committer<point_write>::report_fn report)
      : commits_{commits}, number_{commits.enroll(std::move(report))} {}

  enum class submitted : std::uint8_t { accepted, full, stale };
  /// Hands over a decision made under `generation`; `result` is told when it is durable.
  [[nodiscard]] submitted submit(std::uint32_t generation, point_write write,
                                 account_result result);

  enum class awaited : std::uint8_t { later, now, stale };
  /// Keeps `result` until everything submitted so far is durable; `now` if it is.
  [[nodiscard]] awaited after_submitted(std::uint32_t generation, const account_result& result);

  /// A result and the number of the write it waits for.
  struct waiting_result {
    std::uint64_t ticket;
    account_result result;
  };
  /// Everything that waited for the writes up to `last_ticket`, in order; replaces `into`.
  void take_committed(std::uint64_t last_ticket, std::vector<account_result>& into);
  /// Voids what is on its way, and returns it. Accounts of the old generation are `stale` now.
  std::vector<waiting_result> next_generation();

 private:
  committer<point_write>& commits_;
  const std::uint32_t number_;
  std::mutex lock_;  // also keeps tickets in the order of the committer's queue
  std::deque<waiting_result> waiting_;
  std::uint64_t last_ticket_{0};
  std::uint32_t generation_{1};
};

}  // namespace boxoffice
