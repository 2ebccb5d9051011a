#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/time.hpp"
#include "actors/reservation/reservation.hpp"

#include <cstddef>
#include <unordered_map>
#include <vector>

namespace boxoffice {

/// Which live holds a user has in a concert, over all its schedules: the answer to "is the queue
/// token of this buyer used up?". Knows acknowledged holds only. **Thread**: the service's.
class concert_holds {
 public:
  /// A hold that stands. `now` lets ended ones go now and then, at no cost to speak of.
  void add(const reservation& hold, time_point now);
  /// It was confirmed or released.
  void remove(const user_id& user, reservation_id reservation);
  [[nodiscard]] bool has_live(const user_id& user, concert_id concert, time_point now) const;
  [[nodiscard]] std::size_t user_count() const { return by_user_.size(); }

 private:
  struct hold {
    concert_id concert;
    reservation_id id;
    time_point expires_at;
  };
  void sweep(time_point now);

  std::unordered_map<user_id, std::vector<hold>> by_user_;
  std::size_t sweep_at_{1024};  // users; doubles with those that stay
};

}  // namespace boxoffice
