#include "actors/node/real_sources.hpp"

namespace boxoffice {

time_point system_clock_source::now() const {
  return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
}

system_random_source::system_random_source() {
  std::random_device entropy;
  std::seed_seq seed{entropy(), entropy(), entropy(), entropy(), entropy(), entropy()};
  engine_.seed(seed);
}

std::uint64_t system_random_source::next() {
  const std::scoped_lock hold{lock_};
  return engine_();
}

}  // namespace boxoffice
