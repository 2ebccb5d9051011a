#include "actors/reservation/seat_actor.hpp"

namespace boxoffice {
namespace {

class seat_state {
 public:
  using interface = seat_actor;
  static constexpr auto name = "seat";

  seat_state(interface::pointer self, seat_index number, const seat& as_it_stands)
      : self_{self}, number_{number}, seat_{as_it_stands} {}

  void on(const claim_seat& m) {
    answer(self_, sender_of(self_),
           seat_answer{m.poll, number_, seat_.claim(m.by, m.expires_at, m.now)});
  }
  void on(const sell_seat& m) { seat_.sell(m.by); }
  void on(const free_seat& m) { seat_.free(m.by); }
  void on(const extend_seat& m) { seat_.extend(m.by, m.expires_at); }

 private:
  interface::pointer self_;
  seat_index number_;
  seat seat_;
};

}  // namespace

seat_actor spawn_seat(caf::actor_system& system, seat_index number, const seat& as_it_stands) {
  return spawn_actor<seat_state>(system, number, as_it_stands);
}

}  // namespace boxoffice
