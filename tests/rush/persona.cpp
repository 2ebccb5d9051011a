#include "tests/rush/persona.hpp"

#include <algorithm>
#include <array>

namespace boxoffice::rush {

persona draw_persona(generator& from, const noise& how, std::size_t seats_max,
                     std::size_t seats_per_user_max) {
  constexpr std::array<std::size_t, 10> mix{1, 1, 1, 2, 2, 2, 2, 2, 3, 4};
  persona out;
  const auto wanted = seats_max == 0 ? mix[draw(from, mix.size())] : 1 + draw(from, seats_max);
  out.seats = std::min(wanted, seats_per_user_max);
  if (happens(from, how.give_up)) {
    constexpr std::array ways{persona::patience::leaves_the_line, persona::patience::releases,
                              persona::patience::deserts};
    out.stays = ways[draw(from, ways.size())];
  }
  if (happens(from, how.rivals))
    out.picks = persona::choice::hot_seats;
  else
    out.picks = happens(from, 0.5) ? persona::choice::seat_map : persona::choice::best_available;
  out.short_of_points = happens(from, how.short_of_points);
  out.wants_refund = happens(from, how.refund);
  return out;
}

}  // namespace boxoffice::rush
