#pragma once

#include "tests/rush/blocking_client.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace boxoffice::rush {

struct waiting_room_size {
  int active_max{400};
  int admit_per_second{400};
};

/// What is put on sale.
struct sale_plan {
  std::size_t seats{500};
  std::size_t seats_per_user_max{4};
  std::optional<waiting_room_size> waiting_room;
  std::chrono::seconds hold{15};
};

/// A concert with one schedule that is on sale now.
struct on_sale {
  std::string concert_id;
  std::string schedule_id;
  std::vector<std::string> seats;  ///< names; the index is the server's number of the seat
  std::size_t seats_per_user_max{4};
  std::optional<waiting_room_size> waiting_room;
};

/// Makes the concert and the schedule as an administrator. Throws std::runtime_error when refused.
on_sale open_sale(blocking_client& client, const sale_plan& plan);

/// How many seats the map shows in each status.
struct seat_counts {
  std::size_t available{0}, held{0}, sold{0};
};
seat_counts count_seats(const json& seat_map);

}  // namespace boxoffice::rush
