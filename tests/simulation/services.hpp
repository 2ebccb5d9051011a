#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace boxoffice::simulation {

/// Each is a process of its own here, with a store that outlives it.
enum class service : std::uint8_t { concert, queue_ranking, reservation, point, payment };
inline constexpr std::size_t service_count = 5;

/// Who can be addressed from outside their process.
enum class desk : std::uint8_t {
  catalogue,
  queue,
  best_selling,
  sold_out,
  reservation,
  point,
  payment
};
inline constexpr std::size_t desk_count = 7;

constexpr service service_of(desk d) {
  switch (d) {
    case desk::catalogue:
      return service::concert;
    case desk::queue:
    case desk::best_selling:
    case desk::sold_out:
      return service::queue_ranking;
    case desk::reservation:
      return service::reservation;
    case desk::point:
      return service::point;
    case desk::payment:
      break;
  }
  return service::payment;
}

constexpr std::string_view name_of(service s) {
  switch (s) {
    case service::concert:
      return "concert";
    case service::queue_ranking:
      return "queue_ranking";
    case service::reservation:
      return "reservation";
    case service::point:
      return "point";
    case service::payment:
      break;
  }
  return "payment";
}

constexpr std::string_view name_of(desk d) {
  switch (d) {
    case desk::catalogue:
      return "catalogue";
    case desk::queue:
      return "queue";
    case desk::best_selling:
      return "best_selling";
    case desk::sold_out:
      return "sold_out";
    case desk::reservation:
      return "reservation";
    case desk::point:
      return "point";
    case desk::payment:
      break;
  }
  return "payment";
}

}  // namespace boxoffice::simulation
