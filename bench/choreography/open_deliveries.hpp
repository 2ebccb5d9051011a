#pragma once

#include "actors/caf/actor.hpp"
#include "bench/choreography/purchase_event.hpp"

#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace boxoffice::bench {

/// The deliveries that a listener has not handled whole. **Thread**: its listener's.
class open_deliveries {
 public:
  /// The number is for `handled`, once for each event of it.
  std::uint64_t add(const caf::actor& relay, const deliver_purchase_events& m) {
    open_.emplace(++last_, delivery{relay, m.batch, m.events.size()});
    return last_;
  }

  /// Tells the relay when it was the last one.
  template <class Self>
  void handled(Self* self, std::uint64_t number) {
    const auto found = open_.find(number);
    if (--found->second.left != 0) return;
    answer(self, found->second.relay, purchase_events_handled{found->second.batch});
    open_.erase(found);
  }

 private:
  struct delivery {
    caf::actor relay;
    std::uint64_t batch{0};
    std::size_t left{0};
  };
  std::unordered_map<std::uint64_t, delivery> open_;
  std::uint64_t last_{0};
};

}  // namespace boxoffice::bench
