#pragma once

#include "actors/node/service_handles.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include <caf/actor_system.hpp>

namespace boxoffice::bench {

/// What a closed loop keeps doing: `begin` sends the first message of operation `number` in the
/// name of `self`; each `on` gets a reply and either sends the next message of the same operation
/// (correlation = number) or says how it ended.
class workload {
 public:
  virtual ~workload() = default;
  enum class progress : std::uint8_t { under_way, done, refused };
  virtual void begin(const caf::actor& self, std::uint64_t number) = 0;
  virtual progress on(const caf::actor& self, const charge_reply& reply);
  virtual progress on(const caf::actor& self, const hold_reply& reply);
  virtual progress on(const caf::actor& self, const payment_reply& reply);
};

struct loop_plan {
  std::uint64_t first{0};  ///< number of the first operation
  std::uint64_t count{UINT64_MAX};
  std::uint32_t in_flight{1};
  std::chrono::milliseconds time{std::chrono::hours{1}};  ///< after it nothing is begun
};

struct loop_result {
  std::uint64_t done{0};
  std::uint64_t refused{0};
  std::uint64_t next{0};  ///< number of the first operation that was not begun
  double seconds{0};
};

/// Runs operations, so many in flight at any time, from one actor. Returns when all that began have
/// ended.
loop_result run_closed_loop(caf::actor_system& system, workload& work, const loop_plan& plan);

}  // namespace boxoffice::bench
