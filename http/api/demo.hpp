#pragma once

#include "actors/core/time.hpp"
#include "http/api/gateway.hpp"

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <nlohmann/json.hpp>

namespace boxoffice::http {

/// What the demo file adds: concerts with their schedules, in the form of the routes' bodies.
struct demo_catalogue {
  struct entry {
    concert of;
    std::vector<schedule> schedules;
  };
  std::vector<entry> entries;
};

/// Reads a demo file. Times may be relative to `now`: `+30d`, `-1h`, `+10m`, `+5s`. The text on the
/// right says what is wrong, with the file's name.
std::variant<demo_catalogue, std::string> read_demo(const std::filesystem::path& file,
                                                    time_point now,
                                                    std::chrono::seconds hold_default);

/// Puts the demo into an empty catalogue; does nothing when there are concerts already. Returns
/// what went wrong, or an empty text.
boost::asio::awaitable<std::string> load_demo(gateway& g, demo_catalogue demo);

}  // namespace boxoffice::http
