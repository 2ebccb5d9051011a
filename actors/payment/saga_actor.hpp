#pragma once

#include "actors/core/metrics.hpp"
#include "actors/core/random.hpp"
#include "actors/core/time.hpp"
#include "actors/payment/saga.hpp"
#include "actors/payment/saga_messages.hpp"

namespace boxoffice {

/// What a saga actor works with; what is referred to outlives it.
struct saga_context {
  const boxoffice::clock& time;
  random_source& random;
  reservation_service_actor reservation;
  point_service_actor points;  ///< the user's
  saga_owner_actor service;
  saga_rules rules;
  gauge& live;
  counter& retries;
  std::uint64_t entity{0};
};

/// The saga of one payment: sends its commands and hands its decisions to the service, which
/// makes them durable and wakes it. Ends itself when the saga is over; the service ends it when its
/// memory is void.
class saga_actor_state {
 public:
  using interface = saga_actor;
  static constexpr auto name = "saga";

  saga_actor_state(interface::pointer self, saga_context context, payment row);
  ~saga_actor_state() { context_.live.add(-1); }
  saga_actor_state(const saga_actor_state&) = delete;
  saga_actor_state& operator=(const saga_actor_state&) = delete;

  void on(const run_saga&) { carry_out(saga_.resume(now())); }
  void on(const saga_written&);
  void on(const wake_saga& m) {
    if (m.late > limits::standstill_min) saga_.stood_still(m.late);
    carry_out(saga_.timed_out(now(), context_.random.next()));
  }
  void on(const point_step_reply& m);
  void on(const confirm_reply& m);
  void on(const revert_reply& m);
  void failed();

 private:
  [[nodiscard]] time_point now() const { return context_.time.now(); }
  void carry_out(saga_decision d);
  void send(saga_step step);

  interface::pointer self_;
  saga_context context_;
  saga saga_;
  std::uint64_t sent_{0};  // numbers the commands
  saga_step last_{saga_step::none};
};

}  // namespace boxoffice
