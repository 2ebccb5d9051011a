#pragma once

#include "actors/commit/owned_store.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace boxoffice::testing {

/// What every store in memory says of itself.
template <class Port>
class memory_owned : public Port {
 public:
  /// Of whoever is started on it next.
  std::uint64_t owner_epoch{0};
  /// What each `keep` comes to, and how many there were.
  commit_result keeps{commit_outcome::committed};
  int times_kept{0};

  [[nodiscard]] std::uint64_t epoch() const final { return owner_epoch; }
  [[nodiscard]] store_position position() const final { return {owner_epoch, 0}; }
  commit_result keep(std::span<const seen_position> /*others*/) final {
    ++times_kept;
    return keeps;
  }
  void belong_to(const std::string& /*installation*/, std::span<const set_back> /*found*/) final {}
};

}  // namespace boxoffice::testing
