#pragma once

#include "actors/core/metrics.hpp"
#include "actors/queue/room.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace boxoffice {

/// What one waiting room adds to the metrics of its process; levels are sums over all rooms, and
/// what this room added goes with it. **Thread**: its room's.
class room_metrics {
 public:
  explicit room_metrics(metrics& m)
      : rooms_{m.gauge("boxoffice_live_actors", "Actors alive", {{"kind", "waiting_room"}})},
        waiting_{level(m, "waiting")},
        active_{level(m, "active")},
        admissions_{
            m.counter("boxoffice_waiting_room_admissions_total", "Tokens that became ACTIVE")},
        slots_expired_{expired(m, "active")},
        places_expired_{expired(m, "waiting")} {
    rooms_.add(1);
  }
  ~room_metrics() {
    show(0, 0);
    rooms_.add(-1);
  }
  room_metrics(const room_metrics&) = delete;
  room_metrics& operator=(const room_metrics&) = delete;

  void count(const room_change& c) {
    if (c.after.state == token_state::active) admissions_.add();
    if (c.after.state != token_state::expired || !c.before) return;
    if (c.before->state == token_state::active) slots_expired_.add();
    if (c.before->state == token_state::waiting) places_expired_.add();
  }
  void show(std::size_t waiting, std::size_t active) {
    change(waiting_, shown_waiting_, waiting);
    change(active_, shown_active_, active);
  }
  static gauge& level(metrics& m, const char* state) {
    return m.gauge("boxoffice_waiting_room_tokens", "Live queue tokens", {{"state", state}});
  }

 private:
  static void change(gauge& of, std::int64_t& shown, std::size_t now) {
    const auto n = static_cast<std::int64_t>(now);
    of.add(n - std::exchange(shown, n));
  }
  static counter& expired(metrics& m, const char* state) {
    return m.counter("boxoffice_waiting_room_expiries_total", "Queue tokens that expired",
                     {{"state", state}});
  }

  gauge& rooms_;
  gauge& waiting_;
  gauge& active_;
  counter& admissions_;
  counter& slots_expired_;
  counter& places_expired_;
  std::int64_t shown_waiting_{0};
  std::int64_t shown_active_{0};
};

}  // namespace boxoffice
