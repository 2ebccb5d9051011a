#pragma once

#include "actors/commit/owned_store.hpp"
#include "actors/core/time.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace boxoffice::cluster {

/// What stands in the row of an owner: it moves with every batch, and at least twice a second while
/// its owner lives.
struct owner_row {
  std::string store;
  store_position at;
  std::uint64_t beat{0};  ///< moves where a batch need not
  bool released{false};   ///< its owner has ended, and said so
  auto operator<=>(const owner_row&) const = default;
};

/// That of a store; empty: it is not among them.
std::optional<owner_row> row_of(const std::string& store, const std::vector<owner_row>& among);

/// When a standby may take over what another process owns: once every row has stood still for
/// `wait`, or was released, or belonged to a process of which it is known that it is dead. A store
/// that never had an owner is nobody's; one that had, and has lost it with its rows, is put back by
/// that owner, who needs a moment for it.
///
/// No clock is compared with that of another machine. A row counts as still from the answer of the
/// look that saw it first, and a gap between looks, or in one, begins the wait anew: what happened
/// meanwhile nobody saw. Pure. **Thread**: its owner's.
class takeover_watch {
 public:
  /// `dead`: rows as a process that is dead for sure has left them.
  takeover_watch(milliseconds wait, milliseconds gap_max, std::vector<owner_row> dead)
      : wait_{wait}, gap_max_{gap_max}, dead_{std::move(dead)} {}

  /// True: take over now. **Requires** the same stores in the same order each time.
  [[nodiscard]] bool look(const std::vector<owner_row>& rows, time_point asked,
                          time_point answered);
  /// A look that failed: nothing is known.
  void failed() { seen_.clear(); }

 private:
  struct sight {
    owner_row row;
    time_point since{};
  };
  [[nodiscard]] bool is_free(const sight& of, time_point now) const;

  const milliseconds wait_, gap_max_;
  const std::vector<owner_row> dead_;
  std::vector<sight> seen_;
  std::set<std::string> had_owner_;  // stores; kept over failed looks
  time_point looked_at_{};
};

}  // namespace boxoffice::cluster
