#pragma once

#include "actors/caf/message.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace boxoffice {

/// What became of a write.
enum class commit_outcome : std::uint8_t {
  committed,
  failed,    ///< surely not done, because of the store; the same write may succeed later
  in_doubt,  ///< the answer to COMMIT was lost: read the business keys back
  refused,   ///< surely not done, for what is in it: a constraint, a type, a size
  revoked,   ///< surely not done: decided on top of a refused write. In reports only
};

/// What is the matter with a store that did not commit, or that this process gives up.
enum class store_trouble : std::uint8_t {
  none,
  takes_no_writes,  ///< away, full, read-only, …: it may pass
  replaced,         ///< another process has taken it over: this one has to end
  was_set_back,     ///< under the running process: what that holds in memory is no longer so
  gone,             ///< its files are no longer there
  out_of_reach,     ///< no write got through for so long that others may have taken it over
  unasked,          ///< nobody who asks reaches this process any more: another may have the store
};

/// How a transaction of a store ended.
struct commit_result {
  commit_result(commit_outcome how, std::string why = {},  // NOLINT(google-explicit-constructor)
                store_trouble what = store_trouble::none)
      : outcome{how}, trouble{what}, reason{std::move(why)} {}

  commit_outcome outcome;
  store_trouble trouble;
  std::string reason;  ///< with `refused` or a trouble: what the store says, for an operator

  friend bool operator==(const commit_result& a, commit_outcome b) { return a.outcome == b; }
};

/// What became of the writes `first..last` that one actor handed to the committer under
/// `generation`. The reports of a writer come in the order of its writes and leave none out; one
/// that was refused has a report of its own.
struct commit_report {
  std::uint64_t first{0};
  std::uint64_t last{0};
  std::uint32_t generation{0};
  commit_outcome outcome{commit_outcome::committed};
  std::string reason;  ///< as in commit_result
};

}  // namespace boxoffice
