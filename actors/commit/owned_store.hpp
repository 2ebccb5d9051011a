#pragma once

#include "actors/commit/commit.hpp"

#include <compare>
#include <cstdint>
#include <span>
#include <string>

namespace boxoffice {

/// How far a store is: the owner that wrote its newest batch, and how many batches it has taken.
struct store_position {
  std::uint64_t epoch{0};
  std::uint64_t batch{0};

  auto operator<=>(const store_position&) const = default;
};

/// How far another store was when a store last heard of it.
struct seen_position {
  std::string store;
  store_position at;
};

/// A store that is behind what another has seen of it: it lost its last commits
/// (docs/PROMISES.md, G19).
struct set_back {
  std::string store;
  store_position is, was;
  std::string seen_by;
};

/// What the store of every service is: owned by one process at a time, under an epoch. Whoever
/// opens it takes it over, and from then on the owner before can write no more
/// (docs/PROMISES.md, G12).
///
/// **Thread**: the committer's; `epoch` and `position` any.
class owned_store {
 public:
  virtual ~owned_store() = default;
  /// Under which it was taken over: greater than the last one and than whatever the store has
  /// numbered, and at least the wall clock, for a counter alone is set back with its store.
  /// **Units** milliseconds since 1970.
  [[nodiscard]] virtual std::uint64_t epoch() const = 0;
  /// After its newest batch.
  [[nodiscard]] virtual store_position position() const = 0;
  /// A small transaction that notes how far the other stores are, and proves that this one takes
  /// writes. Never throws.
  virtual commit_result keep(std::span<const seen_position> others) = 0;
  /// Keeps the id of the installation, and, for the audit, what is known of its being set back.
  /// **Faults** storage_error.
  virtual void belong_to(const std::string& installation, std::span<const set_back> found) = 0;
};

}  // namespace boxoffice
