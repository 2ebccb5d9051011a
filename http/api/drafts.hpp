#pragma once

#include "actors/concert/catalogue.hpp"
#include "http/server/json_reader.hpp"

#include <chrono>

namespace boxoffice::http {

// Bodies of the catalogue's routes and entries of the demo file: one form for both. What is wrong
// is in the reader; the draft then means nothing.

concert read_concert(json_reader& body);
waiting_room_rule read_waiting_room(json_reader& body);
/// `hold_default` is the life of a hold when the body names none.
schedule read_schedule(json_reader& body, std::chrono::seconds hold_default);

}  // namespace boxoffice::http
