#include "bench/cluster/balanced_client.hpp"

#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace boxoffice::load {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::chrono::seconds patience{60};
// A balancer sends nobody to a server that has just failed.
constexpr milliseconds left_out_for{200};
constexpr milliseconds pause_unanswered{20};
constexpr milliseconds answered{-1};

std::string refused_text() {
  return asio::error::make_error_code(asio::error::connection_refused).message();
}

// A payment that has ended undone says so with its number, and is not tried again by anybody.
bool has_ended(const rush::http_answer& answer) {
  const auto body = answer.value();
  return body.is_object() && body.contains("paymentId");
}

}  // namespace

asio::awaitable<void> pause_for(milliseconds time) {
  asio::steady_timer timer{co_await asio::this_coro::executor, time};
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

balanced_client::balanced_client(asio::io_context& context,
                                 const std::vector<asio::ip::tcp::endpoint>& gateways,
                                 std::size_t connections) {
  for (const auto& each : gateways)
    gateways_.emplace_back(context, each, connections);
}

balanced_client::gateway& balanced_client::next() {
  const auto now = steady_clock::now();
  for (std::size_t tried = 0; tried < gateways_.size(); ++tried) {
    auto& one = gateways_[turn_++ % gateways_.size()];
    if (one.left_out_until <= now) return one;
  }
  return gateways_[turn_++ % gateways_.size()];
}

milliseconds balanced_client::pause_after(const rush::http_answer& answer) {
  const bool names_time = answer.retry_after.count() > 0;
  if (!answer.arrived()) {
    const bool sent = answer.transport_error != refused_text();
    ++(sent ? seen_.cut_off : seen_.refused);
    return pause_unanswered;
  }
  if (answer.status == 409 && answer.code() == "idempotency_in_flight" && names_time) {
    ++seen_.in_flight;
    return answer.retry_after;
  }
  if (names_time && (answer.status == 429 || answer.status == 503) && !has_ended(answer)) {
    ++seen_.later;
    return answer.retry_after;
  }
  if (answer.status >= 500 && seen_.faults++ == 0)
    seen_.first_fault = std::to_string(answer.status) + " " + answer.body;
  return answered;
}

asio::awaitable<rush::http_answer> balanced_client::ask(const rush::http_request& request) {
  const auto until = steady_clock::now() + patience;
  while (true) {
    auto& at = next();
    auto answer = co_await at.pool.exchange(request);
    const auto now = steady_clock::now();
    if (!answer.arrived()) at.left_out_until = now + left_out_for;
    const auto pause = pause_after(answer);
    if (pause == answered || now + pause > until) co_return answer;
    co_await pause_for(pause);
  }
}

}  // namespace boxoffice::load
