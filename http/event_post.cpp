#include "http/event_post.hpp"

#include "config/log.hpp"

#include <array>
#include <deque>
#include <stdexcept>
#include <thread>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace boxoffice::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace beast_http = boost::beast::http;

// Why so: docs/decisions/0007-what-parks-an-event.md.
event_sink::answer judge(unsigned status) {
  using enum event_sink::outcome;
  const auto reason = "the data platform answered " + std::to_string(status);
  if (status >= 200 && status < 300) return {accepted, {}};
  if (status >= 500 || status < 400) return {try_later, reason};
  switch (status) {
    case 408:  // Request Timeout
    case 425:  // Too Early
    case 429:  // Too Many Requests
      return {try_later, reason};
    case 401:  // Unauthorized
    case 403:  // Forbidden
    case 404:  // Not Found
    case 405:  // Method Not Allowed
    case 407:  // Proxy Authentication Required
      return {doubtful, reason};
    default:
      return {rejected, reason};
  }
}

std::string_view type_of(event_kind kind) {
  switch (kind) {
    case event_kind::payment_completed:
      return "payment.completed";
    case event_kind::payment_refunded:
      return "payment.refunded";
  }
  return "";
}

}  // namespace

std::optional<post_target> parse_post_target(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  if (!url.starts_with(scheme)) return std::nullopt;
  url.remove_prefix(scheme.size());
  const auto slash = url.find('/');
  auto authority = url.substr(0, slash);
  post_target target;
  target.path = slash == std::string_view::npos ? "/" : std::string{url.substr(slash)};
  target.port = "80";
  const auto bracket = authority.rfind(']');
  const auto colon = authority.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    target.port = authority.substr(colon + 1);
    authority = authority.substr(0, colon);
  }
  if (authority.starts_with('[') && authority.ends_with(']'))
    authority = authority.substr(1, authority.size() - 2);
  target.host = authority;
  const bool digits = !target.port.empty() && target.port.size() <= 5 &&
                      target.port.find_first_not_of("0123456789") == std::string::npos;
  if (target.host.empty() || !digits || target.host.find_first_of(" @?#") != std::string::npos)
    return std::nullopt;
  return target;
}

std::string render_event(const payment_event& e) {
  nlohmann::ordered_json out{{"eventId", to_text(e.id)},
                             {"sequence", e.sequence},
                             {"type", type_of(e.kind)},
                             {"paymentId", to_text(e.payment)},
                             {"userId", e.user.value},
                             {"reservationId", to_text(e.reservation)},
                             {"scheduleId", to_text(e.schedule())},
                             {"concertId", to_text(e.concert)},
                             {"seats", e.seats},
                             {"amount", e.amount.value}};
  if (e.token) out["queueToken"] = to_text(e.token);
  out["holdsElse"] = e.holds_else;
  out["paidAt"] = to_rfc3339(e.paid_at);
  out["occurredAt"] = to_rfc3339(e.occurred_at);
  return out.dump();
}

std::string sign_event(std::string_view secret, std::string_view body, time_point at) {
  const auto stamp = std::to_string(std::chrono::floor<seconds>(at).time_since_epoch().count());
  const auto text = stamp + '.' + std::string{body};
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), &size);
  std::string hex;
  constexpr std::string_view digits = "0123456789abcdef";
  for (unsigned i = 0; i < size; ++i) {
    hex.push_back(digits[mac[i] >> 4U]);
    hex.push_back(digits[mac[i] & 15U]);
  }
  return "t=" + stamp + ",v1=" + hex;
}

/// The queue of posts and the connection; lives on its own thread.
class http_event_sink::connection {
 public:
  connection(post_target target, std::string secret, std::chrono::milliseconds timeout,
             const clock& now)
      : target_{std::move(target)},
        secret_{std::move(secret)},
        timeout_{timeout},
        clock_{now},
        thread_{[this] { context_.run(); }} {}
  ~connection() {
    work_.reset();
    context_.stop();
    thread_.join();
  }
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  void post(const payment_event& event, std::function<void(answer)> done) {
    asio::post(context_, [this, event = event, done = std::move(done)]() mutable {
      waiting_.push_back({std::move(event), std::move(done)});
      if (waiting_.size() == 1) asio::co_spawn(context_, run(), asio::detached);
    });
  }

 private:
  struct job {
    payment_event event;
    std::function<void(answer)> done;
  };

  asio::awaitable<void> run() {
    while (!waiting_.empty()) {
      answer what{outcome::try_later, "no connection"};
      try {
        what = co_await send(waiting_.front().event);
      } catch (const boost::system::system_error& e) {
        stream_.reset();
        log(log_level::warning, "data_platform", "event not delivered",
            {{"event_id", to_text(waiting_.front().event.id)}, {"reason", e.code().message()}});
      }
      waiting_.front().done(std::move(what));
      waiting_.pop_front();
    }
  }

  asio::awaitable<answer> send(const payment_event& event) {
    const bool kept = stream_.has_value();
    if (!kept) co_await connect();
    auto request = compose(event);
    bool stale = false;
    try {
      co_return co_await exchange(request);
    } catch (const boost::system::system_error&) {
      // The platform may have closed the kept connection meanwhile: one more try on a new one.
      if (!kept) throw;
      stale = true;
    }
    if (stale) co_await connect();
    co_return co_await exchange(request);
  }

  asio::awaitable<void> connect() {
    stream_.emplace(context_);
    stream_->expires_after(timeout_);
    asio::ip::tcp::resolver resolver{context_};
    const auto found =
        co_await resolver.async_resolve(target_.host, target_.port, asio::use_awaitable);
    co_await stream_->async_connect(found, asio::use_awaitable);
  }

  beast_http::request<beast_http::string_body> compose(const payment_event& event) const {
    beast_http::request<beast_http::string_body> request{beast_http::verb::post, target_.path, 11};
    const bool v6 = target_.host.find(':') != std::string::npos;
    request.set(beast_http::field::host,
                (v6 ? "[" + target_.host + "]" : target_.host) + ":" + target_.port);
    request.set(beast_http::field::content_type, "application/json");
    request.set("Idempotency-Key", to_text(event.id));
    request.body() = render_event(event);
    if (!secret_.empty())
      request.set("X-Boxoffice-Signature", sign_event(secret_, request.body(), clock_.calendar()));
    request.prepare_payload();
    return request;
  }

  asio::awaitable<answer> exchange(beast_http::request<beast_http::string_body>& request) {
    stream_->expires_after(timeout_);
    co_await beast_http::async_write(*stream_, request, asio::use_awaitable);
    beast::flat_buffer buffer;
    beast_http::response<beast_http::string_body> reply;
    co_await beast_http::async_read(*stream_, buffer, reply, asio::use_awaitable);
    if (!reply.keep_alive()) stream_.reset();
    co_return judge(reply.result_int());
  }

  const post_target target_;
  const std::string secret_;
  const std::chrono::milliseconds timeout_;
  const clock& clock_;
  asio::io_context context_;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_{
      context_.get_executor()};
  std::optional<beast::tcp_stream> stream_;
  std::deque<job> waiting_;
  std::thread thread_;
};

http_event_sink::http_event_sink(post_target target, std::string secret,
                                 std::chrono::milliseconds timeout, const clock& now)
    : connection_{
          std::make_unique<connection>(std::move(target), std::move(secret), timeout, now)} {}
http_event_sink::~http_event_sink() = default;

void http_event_sink::post(const payment_event& event, std::function<void(answer)> done) {
  connection_->post(event, std::move(done));
}

std::unique_ptr<event_sink> open_event_sink(const settings::data_platform_settings& how,
                                            const clock& now) {
  if (how.url.empty()) return nullptr;
  const auto target = parse_post_target(how.url);
  if (!target) throw std::runtime_error{"data_platform.url is not of the form http://host/path"};
  return std::make_unique<http_event_sink>(*target, how.secret.reveal(), how.timeout, now);
}

}  // namespace boxoffice::http
