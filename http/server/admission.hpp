#pragma once

#include "http/server/response.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

namespace boxoffice::http {

/// Token buckets by name, in a table of fixed size: `rate` requests a second each, and as many at
/// once after a pause. When the table has no room for a new name, the bucket of its group that was
/// used longest ago is forgotten. **Thread**: any.
class rate_limiter {
 public:
  using instant = std::chrono::steady_clock::time_point;

  /// A rate of 0 lets everything pass. `seed` keeps clients from guessing who shares a group.
  rate_limiter(std::size_t requests_per_second, std::size_t names_max, std::uint64_t seed);

  /// Takes one request off the bucket of `name`. Empty when there was one, else how long until
  /// there is.
  std::optional<std::chrono::milliseconds> take(std::string_view name, instant now);

  [[nodiscard]] std::size_t rate() const { return rate_; }

 private:
  struct bucket {
    std::uint64_t name_hash{0};
    instant full_at;  // when it will be full again; the level follows from it
  };
  static constexpr std::size_t group_size = 4;

  std::size_t rate_;
  std::uint64_t seed_;
  std::chrono::nanoseconds cost_{};  // of one request
  std::mutex lock_;
  std::vector<bucket> buckets_;
};

/// Who gets in: a bound on what is being handled at once, and a rate for each user and each
/// address. Asked before the body is looked into. **Thread**: any.
class admission {
 public:
  admission(std::size_t in_flight_max, std::size_t streams_max, std::size_t requests_per_second);

  /// A place among the requests in flight; given back when it ends.
  class place {
   public:
    place() = default;
    explicit place(std::atomic<std::size_t>& taken) : taken_{&taken} {}
    place(place&& other) noexcept : taken_{std::exchange(other.taken_, nullptr)} {}
    place& operator=(place&& other) noexcept {
      std::swap(taken_, other.taken_);
      return *this;
    }
    ~place() {
      if (taken_ != nullptr) taken_->fetch_sub(1, std::memory_order_relaxed);
    }
    explicit operator bool() const { return taken_ != nullptr; }

   private:
    std::atomic<std::size_t>* taken_{nullptr};
  };
  /// Empty when all places are taken.
  place enter() { return enter(taken_, in_flight_max_); }
  /// The same among the streams.
  place enter_stream() { return enter(streams_, streams_max_); }
  [[nodiscard]] std::size_t in_flight() const { return taken_.load(std::memory_order_relaxed); }

  /// The 429 when `name` has asked too often.
  std::optional<response> limit_address(std::string_view name, rate_limiter::instant now);
  std::optional<response> limit_user(std::string_view name, rate_limiter::instant now);
  [[nodiscard]] bool limits_rate() const { return addresses_.rate() != 0; }

 private:
  static place enter(std::atomic<std::size_t>& taken, std::size_t at_most);

  std::size_t in_flight_max_, streams_max_;
  std::atomic<std::size_t> taken_{0}, streams_{0};
  rate_limiter addresses_, users_;
};

}  // namespace boxoffice::http
