#pragma once

#include "actors/core/ids.hpp"
#include "actors/payment/payment.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_set>
#include <vector>

namespace boxoffice {

/// Which events a consumer has applied, as far as it can tell without its store. Events come in
/// ascending sequence, may come again, and one that was parked comes after younger ones.
/// **Thread**: its consumer's.
class applied_events {
 public:
  enum class seen : std::uint8_t {
    no,  ///< younger than everything applied
    yes,
    unknown,  ///< old: only the store knows
  };

  /// `remembered_max` events are known by heart; at least as many as can be under way to the store.
  explicit applied_events(std::size_t remembered_max) : remembered_max_{remembered_max} {}

  void restore(std::uint64_t through) {
    through_ = through;
    recent_.clear();
    order_.clear();
  }
  /// The highest sequence applied.
  [[nodiscard]] std::uint64_t through() const { return through_; }
  [[nodiscard]] seen look(const payment_event& e) const {
    if (recent_.contains(e.id)) return seen::yes;
    return e.sequence > through_ ? seen::no : seen::unknown;
  }
  void add(event_id id, std::uint64_t sequence) {
    through_ = std::max(through_, sequence);
    if (!recent_.insert(id).second) return;
    order_.push_back(id);
    if (order_.size() <= remembered_max_) return;
    recent_.erase(order_.front());
    order_.pop_front();
  }

 private:
  std::size_t remembered_max_;
  std::uint64_t through_{0};
  std::unordered_set<event_id> recent_;
  std::deque<event_id> order_;
};

}  // namespace boxoffice
