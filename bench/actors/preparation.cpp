#include "bench/actors/preparation.hpp"

#include "actors/core/check.hpp"
#include "bench/actors/closed_loop.hpp"

#include <future>
#include <memory>
#include <utility>

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

namespace boxoffice::bench {
namespace {

// Charges each user once.
class charging final : public workload {
 public:
  charging(point_service_actor point, std::uint64_t amount)
      : point_{std::move(point)}, amount_{static_cast<std::int64_t>(amount)} {}
  void begin(const caf::actor& self, std::uint64_t number) override {
    caf::send_as(self, point_, charge_points{number, {}, bench_user(number), {amount_}});
  }
  progress on(const caf::actor&, const charge_reply& reply) override {
    return reply.fault == fault::none ? progress::done : progress::refused;
  }

 private:
  const point_service_actor point_;
  const std::int64_t amount_;
};

// Sends one command to the catalogue and waits for its reply.
template <class Command>
catalogue_reply ask_catalogue(caf::actor_system& system, const catalogue_actor& to,
                              Command command) {
  auto answered = std::make_shared<std::promise<catalogue_reply>>();
  auto result = answered->get_future();
  const auto asker = system.spawn([answered](caf::event_based_actor* self) -> caf::behavior {
    return {[=](const catalogue_reply& reply) {
      answered->set_value(reply);
      self->quit();
    }};
  });
  caf::send_as(asker, to, std::move(command));
  return result.get();
}

}  // namespace

concert_id open_concert(caf::actor_system& system, const catalogue_actor& catalogue) {
  create_concert addition;
  addition.draft.title = addition.draft.artist = "Bench";
  return ask_catalogue(system, catalogue, std::move(addition)).concert;
}

schedule_id open_schedule(caf::actor_system& system, const catalogue_actor& catalogue,
                          const schedule_plan& plan) {
  schedule draft;
  draft.concert = plan.concert;
  draft.sales_open_at = plan.now - std::chrono::hours{1};
  draft.sales_close_at = draft.starts_at = plan.now + std::chrono::hours{24};
  draft.max_seats_per_user = 100;
  draft.hold = plan.hold;
  draft.seats = seat_map{{{"A", plan.seats / 10, 10, seat_price}}};
  const auto made = ask_catalogue(system, catalogue, create_schedule::of(std::move(draft)));
  check(made.fault == fault::none && made.schedule, "the bench's schedule is made");
  return made.schedule;
}

void charge_users(caf::actor_system& system, const point_service_actor& point, std::uint32_t users,
                  std::uint64_t points_each) {
  charging work{point, points_each};
  const auto result = run_closed_loop(system, work, {.count = users, .in_flight = 1024});
  check(result.done == users, "every user of the bench has points");
}

}  // namespace boxoffice::bench
