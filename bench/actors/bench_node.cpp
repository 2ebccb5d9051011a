#include "bench/actors/bench_node.hpp"

#include "actors/core/check.hpp"
#include "bench/actors/closed_loop.hpp"
#include "storage/sqlite/node_storage.hpp"

#include <cstdlib>
#include <future>
#include <stdexcept>
#include <unistd.h>
#include <utility>

#include <caf/event_based_actor.hpp>

namespace boxoffice::bench {
namespace {

// Charges each user once.
class charging final : public workload {
 public:
  charging(const service_handles& services, std::uint64_t amount)
      : services_{services}, amount_{static_cast<std::int64_t>(amount)} {}
  void begin(const caf::actor& self, std::uint64_t number) override {
    caf::send_as(self, services_.point,
                 charge_points{number, {}, bench_node::user(number), {amount_}});
  }
  progress on(const caf::actor&, const charge_reply& reply) override {
    return reply.fault == fault::none ? progress::done : progress::refused;
  }

 private:
  const service_handles& services_;
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

scratch_directory::scratch_directory() {
  auto name = (std::filesystem::temp_directory_path() / "boxoffice-bench-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no temporary directory"};
  path_ = name;
}

scratch_directory::~scratch_directory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

bench_node::bench_node(const bench_plan& plan)
    : plan_{plan},
      node_{std::make_unique<node>(open_node_stores(scratch_.path()), settings_,
                                   node_environment{time_, random_, metrics_, nullptr})} {
  open_concert();
  for (std::uint32_t i = 0; i < plan_.schedules; ++i)
    open_schedule(plan_.hold);
  charge_users();
}

bench_node::~bench_node() { node_->stop(); }

void bench_node::open_concert() {
  create_concert addition;
  addition.draft.title = addition.draft.artist = "Bench";
  concert_ = ask_catalogue(system(), services().catalogue, std::move(addition)).concert;
}

void bench_node::open_schedule(std::chrono::seconds hold) {
  const auto now = time_.now();
  schedule draft;
  draft.concert = concert_;
  draft.sales_open_at = now - std::chrono::hours{1};
  draft.sales_close_at = draft.starts_at = now + std::chrono::hours{24};
  draft.max_seats_per_user = 100;
  draft.hold = hold;
  draft.seats = seat_map{{{"A", plan_.seats / 10, 10, price}}};
  const auto made =
      ask_catalogue(system(), services().catalogue, create_schedule{0, std::move(draft)});
  check(made.fault == fault::none && made.schedule, "the bench's schedule is made");
  schedules_.push_back(made.schedule);
}

void bench_node::charge_users() {
  charging work{services(), plan_.points_each};
  const auto result = run_closed_loop(system(), work, {.count = plan_.users, .in_flight = 1024});
  check(result.done == plan_.users, "every user of the bench has points");
}

}  // namespace boxoffice::bench
