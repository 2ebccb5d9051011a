#include "tests/rush/buyer.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice::rush {
namespace {

using boost::asio::awaitable;
using std::chrono::milliseconds;

constexpr int hold_tries_max = 8;
constexpr int map_tries_max = 3;
constexpr int lookup_tries_max = 300;
constexpr milliseconds lookup_pause{200};
constexpr std::int64_t charge_max = 10'000'000;

bool lost_the_place(const http_answer& answer) {
  return answer.status == 403;  // the token ran out, or the place was given up
}

}  // namespace

void buyer::make_up_mind() {
  character_.stays = persona::patience::buys;
  character_.wants_refund = false;
  character_.short_of_points = false;
  if (character_.picks == persona::choice::hot_seats) character_.picks = persona::choice::seat_map;
}

visit_end buyer::unexpected(step s, const http_answer& answer) {
  // What is a 5xx or no answer at all is counted and reported as that.
  if (answer.arrived() && answer.status < 500)
    shop_.measured().violation(user_ + ": " + std::string{to_text(s)} + " answered " +
                               std::to_string(answer.status) + " " + answer.body);
  return visit_end::failed;
}

void buyer::acknowledge(acknowledged what, const std::string& id, json body) {
  shop_.log().record({what, user_, id, std::move(body)});
}

awaitable<visit_end> buyer::visit() {
  wanted_ = character_.seats;
  if (auto over = co_await get_bearer()) co_return *over;
  if (auto over = co_await wait_in_line()) co_return *over;
  if (auto over = co_await take_seats()) {
    co_await leave_the_line();
    co_return *over;
  }
  if (character_.stays != persona::patience::buys) {
    if (character_.stays == persona::patience::releases) co_await release();
    co_await leave_the_line();
    co_return visit_end::gave_up;
  }
  if (auto over = co_await pay()) {
    co_await leave_the_line();
    co_return *over;
  }
  if (character_.wants_refund) {
    if (auto over = co_await give_back_payment()) co_return *over;
    co_return visit_end::refunded;
  }
  co_return visit_end::bought;
}

awaitable<buyer::end> buyer::get_bearer() {
  if (!bearer_.empty()) co_return std::nullopt;
  const json body{{"userId", user_}, {"role", "user"}};
  const http_request request{.verb = method::post, .target = "/v1/dev/tokens", .body = body.dump()};
  const auto answer = co_await shop_.ask(step::token, request);
  if (answer.status != 201) co_return unexpected(step::token, answer);
  bearer_ = answer.value().at("token").get<std::string>();
  co_return std::nullopt;
}

awaitable<buyer::end> buyer::wait_in_line() {
  const json body{{"concertId", shop_.sale().concert_id}};
  const http_request request{
      .verb = method::post, .target = "/v1/queue/tokens", .body = body.dump(), .bearer = bearer_};
  auto answer = co_await shop_.ask(step::join, request);
  if (answer.status != 201 && answer.status != 200) co_return unexpected(step::join, answer);
  auto place = answer.value();
  place_ = place.at("token").get<std::string>();
  acknowledge(acknowledged::place, place_, place);
  for (int polls = 0; place.at("status") == "WAITING"; ++polls) {
    if (character_.stays == persona::patience::leaves_the_line && polls > 0) {
      co_await leave_the_line();
      co_return visit_end::gave_up;
    }
    co_await shop_.pause(answer.retry_after);
    const http_request poll{
        .verb = method::get, .target = "/v1/queue/tokens/" + place_, .bearer = bearer_};
    answer = co_await shop_.ask(step::poll, poll);
    if (answer.status != 200) co_return unexpected(step::poll, answer);
    place = answer.value();
  }
  if (place.at("status") != "ACTIVE") co_return visit_end::too_late;
  co_return std::nullopt;
}

awaitable<void> buyer::leave_the_line() {
  const http_request request{
      .verb = method::remove, .target = "/v1/queue/tokens/" + place_, .bearer = bearer_};
  const auto answer = co_await shop_.ask(step::give_back, request);
  if (answer.status == 204)
    acknowledge(acknowledged::left, place_, nullptr);
  else
    unexpected(step::give_back, answer);
}

json buyer::hot_seats() {
  const auto& all = shop_.sale().seats;
  const auto hot = std::min(all.size(), std::max<std::size_t>(all.size() / 10, 4));
  std::vector<std::string> names(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(hot));
  std::shuffle(names.begin(), names.end(), dice_);  // rivals name them in different orders
  names.resize(std::min(names.size(), wanted_));
  return names;
}

awaitable<std::optional<json>> buyer::choose(int attempt) {
  json basket{{"scheduleId", shop_.sale().schedule_id}};
  const auto picks = character_.picks;
  if (picks == persona::choice::hot_seats && attempt == 0) {
    basket["seats"] = hot_seats();
  } else if (picks != persona::choice::best_available && attempt < map_tries_max) {
    const auto free = co_await shop_.available_seats();
    if (free.empty()) co_return std::nullopt;
    const auto count = std::min(wanted_, free.size());
    const auto room = free.size() - count + 1;
    const bool hot = picks == persona::choice::hot_seats;
    const auto first = draw(dice_, hot ? std::min<std::size_t>(room, 10) : room);
    basket["seats"] =
        std::vector<std::string>(free.begin() + static_cast<std::ptrdiff_t>(first),
                                 free.begin() + static_cast<std::ptrdiff_t>(first + count));
  } else {
    basket["bestAvailable"] = {{"count", wanted_}};
  }
  co_return basket;
}

awaitable<buyer::end> buyer::take_seats() {
  for (int attempt = 0; attempt < hold_tries_max; ++attempt) {
    const auto basket = co_await choose(attempt);
    if (!basket) co_return visit_end::sold_out;
    const http_request request{.verb = method::post,
                               .target = "/v1/reservations",
                               .body = basket->dump(),
                               .bearer = bearer_,
                               .queue_token = place_};
    const auto answer = co_await shop_.ask_keyed(step::hold, request, dice_);
    if (answer.status == 201) {
      auto held = answer.value();
      reservation_ = held.at("reservationId").get<std::string>();
      amount_ = held.at("amount").get<std::int64_t>();
      acknowledge(acknowledged::hold, reservation_, std::move(held));
      co_return std::nullopt;
    }
    if (lost_the_place(answer)) co_return visit_end::too_late;
    if (answer.code() != "seat_taken") co_return unexpected(step::hold, answer);
    if (basket->contains("bestAvailable")) {
      if (wanted_ == 1) co_return visit_end::sold_out;
      wanted_ = 1;
    }
  }
  co_return visit_end::sold_out;
}

awaitable<void> buyer::release() {
  const http_request request{
      .verb = method::remove, .target = "/v1/reservations/" + reservation_, .bearer = bearer_};
  const auto answer = co_await shop_.ask(step::give_back, request);
  if (answer.status == 204)
    acknowledge(acknowledged::release, reservation_, nullptr);
  else
    unexpected(step::give_back, answer);
}

awaitable<buyer::end> buyer::charge(std::int64_t amount) {
  const json body{{"amount", std::min(amount, charge_max)}};
  const http_request request{
      .verb = method::post, .target = "/v1/points/charges", .body = body.dump(), .bearer = bearer_};
  const auto answer = co_await shop_.ask_keyed(step::charge, request, dice_);
  if (answer.status != 201) co_return unexpected(step::charge, answer);
  auto charged = answer.value();
  balance_ = charged.at("balance").get<std::int64_t>();
  const auto id = charged.at("transactionId").get<std::string>();
  acknowledge(acknowledged::charge, id, std::move(charged));
  co_return std::nullopt;
}

awaitable<http_answer> buyer::try_to_pay() {
  const json body{{"reservationId", reservation_}};
  const http_request request{.verb = method::post,
                             .target = "/v1/payments",
                             .body = body.dump(),
                             .bearer = bearer_,
                             .queue_token = place_};
  auto answer = co_await shop_.ask_keyed(step::pay, request, dice_);
  if (answer.status != 202) co_return answer;
  const auto target = "/v1/payments/" + answer.value().at("paymentId").get<std::string>();
  for (int tries = 0; tries < lookup_tries_max; ++tries) {
    co_await shop_.pause(lookup_pause);
    const http_request look{.verb = method::get, .target = target, .bearer = bearer_};
    auto looked = co_await shop_.ask(step::lookup, look);
    if (looked.status != 200) co_return looked;
    if (looked.value().at("status") == "PENDING") continue;
    looked.status = looked.value().at("status") == "COMPLETED" ? 201 : 410;
    co_return looked;
  }
  shop_.measured().violation(user_ + ": " + target + " does not end");
  co_return answer;
}

awaitable<buyer::end> buyer::pay() {
  const bool tries_with_too_little = character_.short_of_points && amount_ > balance_ + 1;
  if (tries_with_too_little) {
    if (auto over = co_await charge(amount_ - balance_ - 1)) co_return over;
    const auto answer = co_await try_to_pay();
    if (answer.status == 410 || lost_the_place(answer)) co_return visit_end::too_late;
    if (answer.status != 402) co_return unexpected(step::pay, answer);
  }
  while (balance_ < amount_) {
    if (auto over = co_await charge(amount_ - balance_)) co_return over;
  }
  const auto answer = co_await try_to_pay();
  if (answer.status == 410 || lost_the_place(answer)) co_return visit_end::too_late;
  if (answer.status != 201) co_return unexpected(step::pay, answer);
  auto paid = answer.value();
  payment_ = paid.at("paymentId").get<std::string>();
  if (paid.at("reservationId") != reservation_ || paid.at("amount") != amount_ ||
      paid.at("status") != "COMPLETED")
    shop_.measured().violation(user_ + " paid " + reservation_ + " and was told " + answer.body);
  balance_ -= amount_;
  acknowledge(acknowledged::payment, payment_, std::move(paid));
  co_return std::nullopt;
}

awaitable<buyer::end> buyer::give_back_payment() {
  const auto target = "/v1/payments/" + payment_;
  const http_request request{
      .verb = method::post, .target = target + "/refunds", .body = "{}", .bearer = bearer_};
  auto answer = co_await shop_.ask_keyed(step::refund, request, dice_);
  if (answer.status == 202) {
    for (int tries = 0; tries < lookup_tries_max; ++tries) {
      co_await shop_.pause(lookup_pause);
      const http_request look{.verb = method::get, .target = target, .bearer = bearer_};
      const auto looked = co_await shop_.ask(step::lookup, look);
      if (looked.status != 200) co_return unexpected(step::lookup, looked);
      if (looked.value().at("status") != "REFUNDED") continue;
      acknowledge(acknowledged::refund, payment_, looked.value());
      balance_ += amount_;
      co_return std::nullopt;
    }
    shop_.measured().violation(user_ + ": the refund of " + payment_ + " does not end");
    co_return visit_end::failed;
  }
  if (answer.status != 201) co_return unexpected(step::refund, answer);
  auto refunded = answer.value();
  balance_ = refunded.at("balance").get<std::int64_t>();
  acknowledge(acknowledged::refund, payment_, std::move(refunded));
  co_return std::nullopt;
}

}  // namespace boxoffice::rush
