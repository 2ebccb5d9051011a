#include "bench/actors/bench_node.hpp"

#include "storage/sqlite/node_storage.hpp"

#include <cstdlib>
#include <stdexcept>
#include <unistd.h>

namespace boxoffice::bench {

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
                                   node_environment{time_, random_, metrics_, nullptr})},
      concert_{open_concert(system(), services().catalogue)} {
  for (std::uint32_t i = 0; i < plan_.schedules; ++i)
    open_schedule(plan_.hold);
  charge_users(system(), services().point, plan_.users, plan_.points_each);
}

bench_node::~bench_node() { node_->stop(); }

void bench_node::open_schedule(std::chrono::seconds hold) {
  schedules_.push_back(bench::open_schedule(
      system(), services().catalogue,
      {.concert = concert_, .seats = plan_.seats, .hold = hold, .now = time_.now()}));
}

}  // namespace boxoffice::bench
