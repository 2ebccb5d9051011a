#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

namespace boxoffice::rush {

/// Shares of the crowd that behave in some way, each 0 to 1.
struct noise {
  double give_up{0.10};
  double retry{0.15};
  double rivals{0.30};
  double refund{0.05};
  double short_of_points{0.10};
};

/// What one buyer is like. Drawn from a seed, so that a crowd can be had again.
struct persona {
  enum class patience : std::uint8_t { buys, leaves_the_line, releases, deserts };
  enum class choice : std::uint8_t { hot_seats, seat_map, best_available };

  std::size_t seats{1};
  patience stays{patience::buys};
  choice picks{choice::best_available};
  bool short_of_points{false};
  bool wants_refund{false};
};

using generator = std::mt19937_64;

/// A number in [0, bound). **Requires** bound > 0.
inline std::size_t draw(generator& from, std::size_t bound) {
  return std::uniform_int_distribution<std::size_t>{0, bound - 1}(from);
}
inline bool happens(generator& from, double share) {
  return std::uniform_real_distribution<double>{0.0, 1.0}(from) < share;
}

/// `seats_max` 0: half of the crowd wants two, most of the rest one, some up to four.
persona draw_persona(generator& from, const noise& how, std::size_t seats_max,
                     std::size_t seats_per_user_max);

}  // namespace boxoffice::rush
