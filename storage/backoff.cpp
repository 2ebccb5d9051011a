#include "storage/backoff.hpp"

#include <algorithm>
#include <cstdint>
#include <random>

namespace boxoffice::storage {

std::chrono::milliseconds backoff::next() {
  thread_local std::minstd_rand random{std::random_device{}()};
  whole_ = std::clamp(whole_ * 2, first_, longest_);
  const auto most = whole_.count();
  return std::chrono::milliseconds{
      std::uniform_int_distribution<std::int64_t>{most / 2, most}(random)};
}

}  // namespace boxoffice::storage
