#include "actors/reservation/seat.hpp"

namespace boxoffice {

seat_status seat::status_at(time_point now) const {
  return status_ == seat_status::held && now >= expires_at_ ? seat_status::available : status_;
}

seat_verdict seat::claim(reservation_id by, time_point expires_at, time_point now) {
  if (status_at(now) != seat_status::available)
    return holder_ == by ? seat_verdict::granted : seat_verdict::taken;
  holder_ = by;
  expires_at_ = expires_at;
  status_ = seat_status::held;
  return seat_verdict::granted;
}

void seat::sell(reservation_id by) {
  if (holder_ == by) status_ = seat_status::sold;
}

void seat::extend(reservation_id by, time_point expires_at) {
  if (holder_ == by && status_ == seat_status::held) expires_at_ = expires_at;
}

void seat::free(reservation_id by) {
  if (holder_ == by) *this = seat{};
}

}  // namespace boxoffice
