#pragma once

#include "actors/node/service_handles.hpp"

#include <cstdint>
#include <functional>
#include <string>

#include <caf/actor_system.hpp>

namespace boxoffice::bench {

/// What a closed loop keeps doing: `begin` sends the first message of operation `number` in the
/// name of `self`; each `on` gets a reply and either sends the next message of the same operation
/// (ticket = number) or says how it ended.
class workload {
 public:
  virtual ~workload() = default;
  enum class progress : std::uint8_t { under_way, done, refused };
  virtual void begin(const caf::actor& self, std::uint64_t number) = 0;
  virtual progress on(const caf::actor& self, const charge_reply& reply);
  virtual progress on(const caf::actor& self, const hold_reply& reply);
  virtual progress on(const caf::actor& self, const payment_reply& reply);
};

struct loop_result {
  std::uint64_t done{0};
  std::uint64_t refused{0};
  double seconds{0};
};

/// Runs operations `first .. first+count-1`, `in_flight` of them at any time, from one actor.
/// Returns when all have ended.
loop_result run_closed_loop(caf::actor_system& system, workload& work, std::uint64_t first,
                            std::uint64_t count, std::uint32_t in_flight);

}  // namespace boxoffice::bench
