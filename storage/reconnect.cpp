#include "storage/reconnect.hpp"

#include "config/log.hpp"

#include <algorithm>
#include <cstdint>
#include <random>

namespace boxoffice::storage {
namespace {

std::chrono::milliseconds jittered(std::chrono::milliseconds most) {
  thread_local std::minstd_rand random{std::random_device{}()};
  return std::chrono::milliseconds{
      std::uniform_int_distribution<std::int64_t>{most.count() / 2, most.count()}(random)};
}

}  // namespace

void reconnect::expect_due(const std::string& name) const {
  if (std::chrono::steady_clock::now() < next_)
    throw storage_error{storage_error::kind::unreachable,
                        name + ": not connected; the next attempt comes soon"};
}

void reconnect::failed(const std::string& name, const storage_error& why) {
  wait_ = std::clamp(wait_ * 2, first_, longest_);
  next_ = std::chrono::steady_clock::now() + jittered(wait_);
  log(log_level::warning, "storage", "a database is away",
      {{"database", name}, {"kind", to_text(why.why())}, {"error", why.what()}});
}

}  // namespace boxoffice::storage
