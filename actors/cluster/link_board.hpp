#pragma once

#include "actors/cluster/frame.hpp"
#include "actors/core/time.hpp"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace boxoffice::cluster {

/// How a peer is doing, for operators.
struct link_report {
  std::string address;  ///< of a peer that is dialled; empty for one that came
  std::string node, build;
  incarnation who;
  enum class state : std::uint8_t { down, greeting, up } is{state::down};
  std::optional<milliseconds> round_trip;
  std::size_t in_flight{0};
  std::uint64_t reconnects{0};
  std::string last_error;
  std::vector<service_state> services;
};

/// How the links of this process are, for those who are no actor. **Thread**: any.
class link_board {
 public:
  void put(std::vector<link_report> links) {
    const std::scoped_lock hold{lock_};
    links_ = std::move(links);
  }
  [[nodiscard]] std::vector<link_report> all() const {
    const std::scoped_lock hold{lock_};
    return links_;
  }

 private:
  mutable std::mutex lock_;
  std::vector<link_report> links_;
};

}  // namespace boxoffice::cluster
