#pragma once

#include "actors/core/metrics.hpp"
#include "actors/node/node.hpp"
#include "actors/node/real_sources.hpp"
#include "config/settings.hpp"
#include "http/api/application.hpp"
#include "tests/http/raw_client.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace boxoffice::reliability {

/// A whole node in this process, as main.cpp puts it together: SQLite stores, actors on their
/// threads, the gateway on a free port.
///
/// Life cycle: ready when constructed; `stop` (or destruction) ends it in order.
class running_node {
 public:
  explicit running_node(const std::filesystem::path& data_dir);
  ~running_node();
  running_node(const running_node&) = delete;
  running_node& operator=(const running_node&) = delete;

  void stop();
  [[nodiscard]] std::uint16_t port() const { return port_; }

  struct question {
    std::string_view method;
    std::string path;
    std::string body{};
    std::string user{"ada"};
    std::string role{"user"};
    std::string key{};
    std::string token{};
  };
  /// On a connection of its own. A status of 0: there was no answer.
  [[nodiscard]] http::raw_answer ask(const question& what) const;
  /// Opens a concert without a waiting room and a schedule of it on sale; the schedule's id.
  std::string open_sale();

 private:
  [[nodiscard]] std::string bearer(const std::string& user, const std::string& role) const;

  settings how_;
  metrics metrics_;
  system_clock_source time_;
  system_random_source random_;
  node services_;
  http::application gateway_;
  std::uint16_t port_{0};
};

}  // namespace boxoffice::reliability
