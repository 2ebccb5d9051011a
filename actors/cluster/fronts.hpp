#pragma once

#include "config/settings.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace boxoffice::cluster {

/// Who can be asked from another process. The numbers are spoken on links: never reused.
enum class front : std::uint8_t {
  catalogue = 1,
  queue,
  best_selling,
  sold_out,
  reservation,
  point,
  payment,
  outbox,
};

/// Where each lives.
struct front_facts {
  front who;
  role service;
  std::string_view name;
};

inline constexpr std::array fronts{
    front_facts{front::catalogue, role::concert, "catalogue"},
    front_facts{front::queue, role::queue_ranking, "queue"},
    front_facts{front::best_selling, role::queue_ranking, "best_selling"},
    front_facts{front::sold_out, role::queue_ranking, "sold_out"},
    front_facts{front::reservation, role::reservation, "reservation"},
    front_facts{front::point, role::point, "point"},
    front_facts{front::payment, role::payment, "payment"},
    front_facts{front::outbox, role::payment, "outbox"},
};

constexpr const front_facts& facts_of(front who) {
  return fronts[static_cast<std::size_t>(who) - 1];
}

}  // namespace boxoffice::cluster
