#pragma once

#include "actors/concert/protocol.hpp"
#include "actors/core/time.hpp"
#include "actors/point/protocol.hpp"

#include <chrono>
#include <cstdint>
#include <string>

#include <caf/actor_system.hpp>

/// What a bench puts on sale, and who may buy it, asked of the services of a node as operators and
/// clients ask them. Each returns when it is durable. Throws nothing: a refusal is a bug.
namespace boxoffice::bench {

inline constexpr points seat_price{1000};

inline user_id bench_user(std::uint64_t number) { return {"u" + std::to_string(number)}; }

/// A concert without a waiting room.
concert_id open_concert(caf::actor_system& system, const catalogue_actor& catalogue);

struct schedule_plan {
  concert_id concert;
  std::uint32_t seats{0};  ///< a multiple of 10, in one section `A` of one price
  std::chrono::seconds hold{3600};
  time_point now{};
};
schedule_id open_schedule(caf::actor_system& system, const catalogue_actor& catalogue,
                          const schedule_plan& plan);

/// Gives the users 0, 1, … so many points each.
void charge_users(caf::actor_system& system, const point_service_actor& point, std::uint32_t users,
                  std::uint64_t points_each);

}  // namespace boxoffice::bench
