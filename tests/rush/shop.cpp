#include "tests/rush/shop.hpp"

#include <array>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace boxoffice::rush {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using std::chrono::milliseconds;

constexpr int unanswered_tries_max = 5;
constexpr int later_tries_max = 10;
constexpr int later_tries_max_in_outages = 60;
constexpr int in_flight_tries_max = 30;

bool says_later(const http_answer& answer) { return answer.status == 429 || answer.status == 503; }

/// Whether this answer is kept for the key (docs/API.md). A 202 may be overtaken by the end of the
/// payment, so it is left out.
bool is_kept(const http_answer& answer) {
  if (answer.succeeded()) return answer.status != 202;
  constexpr std::array kept{402, 404, 409, 410, 422};
  const auto code = answer.code();
  return std::ranges::find(kept, answer.status) != kept.end() && code != "idempotency_in_flight" &&
         code != "idempotency_key_reused" && code != "payment_in_progress";
}

json without_request_id(const http_answer& answer) {
  auto value = answer.value();
  if (value.is_object()) value.erase("requestId");
  return value;
}

std::string key_from(generator& dice) {
  constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuv";
  std::string key = "rush-";
  for (int i = 0; i < 24; ++i)
    key.push_back(digits[draw(dice, digits.size())]);
  return key;
}

std::string described(const http_answer& answer) {
  return std::to_string(answer.status) + " " + answer.body;
}

}  // namespace

awaitable<void> shop::pause(milliseconds time) {
  asio::steady_timer timer{context_, time};
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

awaitable<http_answer> shop::ask(step s, http_request request) {
  http_answer answer;
  int unanswered = 0;
  int later = 0;
  const int tries =
      measured_.expected() == outages::foreseen ? later_tries_max_in_outages : later_tries_max;
  for (;;) {
    answer = co_await pool_.exchange(request);
    measured_.count(s, answer);
    if (!answer.arrived()) {
      if (!pool_.is_in_service()) unanswered = 0;  // known to be away, and to come back
      if (++unanswered >= unanswered_tries_max) co_return answer;
      co_await pause(milliseconds{20 * unanswered});
    } else if (says_later(answer) && ++later < tries) {
      co_await pause(answer.retry_after);
    } else {
      co_return answer;
    }
  }
}

awaitable<http_answer> shop::ask_until_decided(step s, http_request request) {
  auto answer = co_await ask(s, request);
  for (int tries = 0; tries < in_flight_tries_max; ++tries) {
    if (answer.status != 409 || answer.code() != "idempotency_in_flight") break;
    co_await pause(answer.retry_after);
    answer = co_await ask(s, request);
  }
  co_return answer;
}

awaitable<void> shop::ask_both(step s, http_request request, http_answer& first,
                               http_answer& second) {
  bool second_done = false;
  asio::steady_timer woken{context_, asio::steady_timer::time_point::max()};
  asio::co_spawn(context_, ask_until_decided(s, request),
                 [&](const std::exception_ptr& thrown, http_answer answer) {
                   if (!thrown) second = std::move(answer);
                   second_done = true;
                   woken.cancel();
                 });
  first = co_await ask_until_decided(s, std::move(request));
  boost::system::error_code ignored;
  if (!second_done) co_await woken.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

awaitable<http_answer> shop::ask_keyed(step s, http_request request, generator& dice) {
  request.idempotency_key = key_from(dice);
  const bool twice = happens(dice, retry_share_);
  const bool at_once = twice && happens(dice, 0.5);
  http_answer first;
  http_answer second;
  if (at_once) {
    co_await ask_both(s, request, first, second);
  } else {
    first = co_await ask_until_decided(s, request);
    if (twice) second = co_await ask_until_decided(s, request);
    if (is_kept(first) && second.arrived() && !second.replayed)
      measured_.violation(std::string{to_text(s)} + " repeated with key " +
                          request.idempotency_key +
                          ", but the answer is not marked as replayed: " + described(second));
  }
  if (second.arrived()) compare(s, request, first, second);
  co_return first;
}

void shop::compare(step s, const http_request& request, const http_answer& first,
                   const http_answer& second) {
  if (!is_kept(first) && !is_kept(second)) return;
  if (first.status == 202 || second.status == 202) return;
  if (first.status == second.status && without_request_id(first) == without_request_id(second))
    return;
  measured_.violation(std::string{to_text(s)} + " with key " + request.idempotency_key +
                      " and body " + request.body + " was answered in two ways: " +
                      described(first) + " and " + described(second));
}

awaitable<std::vector<std::string>> shop::available_seats() {
  const http_request request{
      .verb = method::get,
      .target = "/v1/schedules/" + sale_.schedule_id + "/seats?status=AVAILABLE",
      .if_none_match = map_etag_};
  const auto answer = co_await ask(step::seats, request);
  if (answer.status == 200) {
    const auto map = answer.value();
    std::vector<std::string> names;
    for (const auto& seat : map.at("seats"))
      names.push_back(seat.at("seat").get<std::string>());
    // An answer that was overtaken by a younger one is as good as that.
    map_etag_ = answer.etag;
    available_ = std::move(names);
  } else if (answer.status != 304) {
    measured_.violation("the seat map answered " + described(answer));
    co_return std::vector<std::string>{};
  }
  co_return available_;
}

}  // namespace boxoffice::rush
