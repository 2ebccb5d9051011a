#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/time.hpp"

#include <array>
#include <cstddef>
#include <mutex>
#include <unordered_map>

namespace boxoffice {

/// Who may buy now, for gateways in the same process: the ACTIVE tokens whose rows are durable. A
/// token that is here is admitted without asking its waiting room; of any other only the room
/// knows. The rooms take a token out before they tell anybody that it has ended.
/// **Thread**: any.
class active_tokens {
 public:
  [[nodiscard]] bool admits(queue_token token, const user_id& user, time_point now) const;
  void put(queue_token token, const user_id& user, time_point expires_at);
  void drop(queue_token token);
  /// All of one concert: its waiting room reloads, or ends.
  void drop_all(concert_id concert);

 private:
  struct place {
    user_id user;
    time_point expires_at{};
  };
  /// So that a reader rarely waits for a room.
  struct part {
    mutable std::mutex lock;
    std::unordered_map<queue_token, place> tokens;
  };
  [[nodiscard]] std::size_t part_of(queue_token token) const {
    return token.number % parts_.size();
  }

  std::array<part, 16> parts_;
};

}  // namespace boxoffice
