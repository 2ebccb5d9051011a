#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/time.hpp"

#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <boost/asio/awaitable.hpp>

namespace boxoffice::http {

class gateway;

/// What is left to buy in a concert.
struct seat_supply {
  std::uint32_t left{0};    ///< seats that are available in schedules that can still be bought
  std::uint32_t basket{1};  ///< seats that a buyer usually takes
};

/// What somebody in line may hope for: `none` when fewer seats are left than each person ahead
/// would take as one, even if half of them give up; `low` when all would be gone if everybody ahead
/// bought the usual basket. `position` is 0 for whoever may buy now.
std::string_view odds(const seat_supply& of, std::uint32_t position);

/// What is left in each concert, as of a moment ago. **Thread**: any.
class seats_left {
 public:
  /// **Requires** `time` to outlive this.
  explicit seats_left(const boxoffice::clock& time) : time_{time} {}

  /// Asks the schedules of the concert, unless that was done a moment ago. Empty while they do not
  /// answer: nobody waits for them for long.
  boost::asio::awaitable<std::optional<seat_supply>> find(gateway& g, concert_id concert);

 private:
  struct entry {
    std::optional<seat_supply> supply;
    time_point at{};
  };
  boost::asio::awaitable<std::optional<seat_supply>> ask(gateway& g, concert_id concert) const;

  const boxoffice::clock& time_;
  std::mutex lock_;
  std::unordered_map<concert_id, entry> known_;
};

}  // namespace boxoffice::http
