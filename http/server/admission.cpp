#include "http/server/admission.hpp"

#include "config/limits.hpp"

#include <algorithm>
#include <functional>
#include <random>
#include <string>

namespace boxoffice::http {
namespace {

std::uint64_t mix(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xBF58'476D'1CE4'E5B9ULL;
  value = (value ^ (value >> 27)) * 0x94D0'49BB'1331'11EBULL;
  return value ^ (value >> 31);
}

std::uint64_t random_seed() {
  std::random_device source;
  return (std::uint64_t{source()} << 32) | source();
}

response refuse(std::chrono::milliseconds wait, std::size_t rate) {
  const auto whole =
      std::max(std::chrono::ceil<std::chrono::seconds>(wait), std::chrono::seconds{1});
  response answer =
      problem{problem_code::rate_limited, "At most " + std::to_string(rate) + " requests a second."}
          .retry_after(whole);
  // **Source**: draft-ietf-httpapi-ratelimit-headers-10, 3 and 4.
  answer.with("RateLimit", R"("default";r=0;t=)" + std::to_string(whole.count()))
      .with("RateLimit-Policy", R"("default";q=)" + std::to_string(rate) + ";w=1");
  return answer;
}

}  // namespace

rate_limiter::rate_limiter(std::size_t requests_per_second, std::size_t names_max,
                           std::uint64_t seed)
    : rate_{requests_per_second}, seed_{seed} {
  if (rate_ == 0) return;
  cost_ = std::chrono::nanoseconds{std::chrono::seconds{1}} / static_cast<std::int64_t>(rate_);
  buckets_.resize(std::max<std::size_t>(names_max / group_size, 1) * group_size);
}

std::optional<std::chrono::milliseconds> rate_limiter::take(std::string_view name, instant now) {
  if (rate_ == 0) return std::nullopt;
  const auto hash = mix(std::hash<std::string_view>{}(name) ^ seed_) | 1;
  const std::scoped_lock hold{lock_};
  const auto first = buckets_.begin() + static_cast<std::ptrdiff_t>(
                                            hash % (buckets_.size() / group_size) * group_size);
  const auto last = first + static_cast<std::ptrdiff_t>(group_size);
  auto found = std::find_if(first, last, [&](const bucket& b) { return b.name_hash == hash; });
  if (found == last) {
    found = std::min_element(
        first, last, [](const bucket& a, const bucket& b) { return a.full_at < b.full_at; });
    *found = {hash, now};
  }
  const auto full_at = std::max(found->full_at, now) + cost_;
  const auto over = full_at - now - cost_ * static_cast<std::int64_t>(rate_);
  if (over > std::chrono::nanoseconds{0}) return std::chrono::ceil<std::chrono::milliseconds>(over);
  found->full_at = full_at;
  return std::nullopt;
}

admission::admission(std::size_t in_flight_max, std::size_t streams_max,
                     std::size_t requests_per_second)
    : in_flight_max_{in_flight_max},
      streams_max_{streams_max},
      addresses_{requests_per_second, limits::rate_limit_clients_max, random_seed()},
      users_{requests_per_second, limits::rate_limit_clients_max, random_seed()} {}

admission::place admission::enter(std::atomic<std::size_t>& taken, std::size_t at_most) {
  if (taken.fetch_add(1, std::memory_order_relaxed) < at_most) return place{taken};
  taken.fetch_sub(1, std::memory_order_relaxed);
  return {};
}

std::optional<response> admission::limit_address(std::string_view name, rate_limiter::instant now) {
  if (const auto wait = addresses_.take(name, now)) return refuse(*wait, addresses_.rate());
  return std::nullopt;
}

std::optional<response> admission::limit_user(std::string_view name, rate_limiter::instant now) {
  if (const auto wait = users_.take(name, now)) return refuse(*wait, users_.rate());
  return std::nullopt;
}

}  // namespace boxoffice::http
