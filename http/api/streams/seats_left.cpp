#include "http/api/streams/seats_left.hpp"

#include "config/stream_limits.hpp"
#include "http/api/gateway.hpp"

#include <algorithm>

namespace boxoffice::http {
namespace {

// How long somebody in line waits for what is left, and how long nobody else does after that was in
// vain: the line goes on without the seats.
constexpr milliseconds wait_max{2000};

}  // namespace

std::string_view odds(const seat_supply& of, std::uint32_t position) {
  const std::uint64_t ahead = position == 0 ? 0 : position - 1;
  if (of.left == 0 || 2 * std::uint64_t{of.left} < ahead) return "none";
  if (of.left <= ahead * of.basket) return "low";
  return "good";
}

boost::asio::awaitable<std::optional<seat_supply>> seats_left::find(gateway& g,
                                                                    concert_id concert) {
  const auto now = time_.now();
  {
    const std::scoped_lock hold{lock_};
    if (known_.size() >= limits::rendered_seat_maps_max) known_.clear();
    auto& [supply, at] = known_[concert];
    const milliseconds kept = supply ? limits::seats_left_kept : wait_max;
    if (at != time_point{} && now < at + kept) co_return supply;
    at = now;  // one asks; who comes meanwhile gets what was known
  }
  const auto supply = co_await ask(g, concert);
  const std::scoped_lock hold{lock_};
  known_.insert_or_assign(concert, entry{supply, time_.now()});
  co_return supply;
}

boost::asio::awaitable<std::optional<seat_supply>> seats_left::ask(gateway& g,
                                                                   concert_id concert) const {
  seat_supply supply;
  std::uint64_t sold = 0;
  std::uint64_t baskets = 0;
  const auto all = g.snapshot();
  for (const auto& each : all->schedules_of(concert)) {
    if (each->sales_close_at <= time_.calendar()) continue;
    read_seats question{0, each->id, read_seats::detail::counts};
    const auto reply = co_await g.ask_for_nobody(g.services().reservation, question, wait_max);
    if (!reply || reply->fault != fault::none || !g.may_answer()) co_return std::nullopt;
    supply.left += reply->available;
    sold += reply->sold;
    baskets += reply->baskets_sold;
  }
  if (baskets == 0)
    supply.basket = static_cast<std::uint32_t>(limits::basket_seats_usual);
  else
    supply.basket = static_cast<std::uint32_t>((sold + baskets - 1) / baskets);
  co_return supply;
}

}  // namespace boxoffice::http
