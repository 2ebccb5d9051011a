#include "tests/rush/crowd.hpp"

#include <algorithm>
#include <exception>
#include <numeric>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace boxoffice::rush {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

constexpr std::chrono::milliseconds look_pause{500};
/// Looks at the map without a sale in between: longer than any hold of a rush lives.
constexpr int idle_looks_max = 120;

}  // namespace

crowd::crowd(asio::io_context& context, connection_pool& pool, const on_sale& sale,
             const crowd_plan& plan)
    : context_{context}, shop_{context, pool, sale, plan.how.retry}, last_left_{context} {
  shop_.measured().expect(plan.interruptions);
  for (std::size_t i = 0; i < plan.buyers; ++i) {
    std::seed_seq seed{plan.seed, static_cast<std::uint64_t>(i)};
    generator dice{seed};
    const auto character =
        draw_persona(dice, plan.how, plan.seats_per_buyer_max, sale.seats_per_user_max);
    buyers_.push_back(
        std::make_unique<buyer>(shop_, plan.name + "-" + std::to_string(i), character, dice));
  }
  ends_.resize(plan.buyers, visit_end::failed);
}

void crowd::start() {
  asio::co_spawn(context_, sell_everything(), [this](const std::exception_ptr& thrown) {
    if (thrown) shop_.measured().violation("the crowd broke off");
    done_ = true;
    context_.stop();
  });
}

awaitable<void> crowd::sell_everything() {
  std::vector<std::size_t> everybody(buyers_.size());
  std::iota(everybody.begin(), everybody.end(), std::size_t{0});
  co_await wave(std::move(everybody));
  std::size_t sold_before = 0;
  for (int idle = 0; idle < idle_looks_max; ++idle) {
    auto again = empty_handed();
    if (again.empty()) co_return;
    const auto seats = co_await look();
    if (seats.available == 0 && seats.held == 0) co_return;
    if (seats.sold != sold_before) idle = 0;
    sold_before = seats.sold;
    if (seats.available == 0) {
      co_await shop_.pause(look_pause);
      continue;
    }
    // Not always the same ones first.
    std::rotate(again.begin(), again.begin() + idle % static_cast<int>(again.size()), again.end());
    if (again.size() > seats.available) again.resize(seats.available);
    for (const auto who : again) {
      shop_.measured().came_back(ends_[who]);
      buyers_[who]->make_up_mind();
    }
    co_await wave(std::move(again));
  }
}

awaitable<void> crowd::wave(std::vector<std::size_t> who) {
  inside_ = who.size();
  last_left_.expires_at(asio::steady_timer::time_point::max());
  for (const auto i : who)
    asio::co_spawn(
        context_, buyers_[i]->visit(),
        [this, i](const std::exception_ptr& thrown, visit_end how) { left(i, thrown, how); });
  boost::system::error_code ignored;
  if (inside_ > 0)
    co_await last_left_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

void crowd::left(std::size_t who, const std::exception_ptr& thrown, visit_end how) {
  if (thrown) {
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
      shop_.measured().violation(buyers_[who]->user() + " broke off: " + e.what());
    }
    how = visit_end::failed;
  }
  ends_[who] = how;
  shop_.measured().ended(how);
  if (--inside_ == 0) last_left_.cancel();
}

awaitable<seat_counts> crowd::look() {
  const http_request request{.verb = method::get,
                             .target = "/v1/schedules/" + shop_.sale().schedule_id + "/seats"};
  const auto answer = co_await shop_.ask(step::seats, request);
  if (answer.status != 200) co_return seat_counts{};
  co_return count_seats(answer.value());
}

std::vector<std::size_t> crowd::empty_handed() const {
  std::vector<std::size_t> who;
  for (std::size_t i = 0; i < ends_.size(); ++i)
    if (ends_[i] == visit_end::sold_out || ends_[i] == visit_end::too_late) who.push_back(i);
  return who;
}

}  // namespace boxoffice::rush
