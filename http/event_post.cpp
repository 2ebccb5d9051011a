#include "http/event_post.hpp"

#include "config/limits.hpp"

#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <thread>
#include <utility>
#include <variant>

#include <nlohmann/json.hpp>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace boxoffice::http {
namespace {

// Why so: docs/decisions/0007-what-parks-an-event.md.
event_sink::answer judge(const outgoing_answer& told) {
  using enum event_sink::outcome;
  const auto status = told.status;
  auto reason = "the data platform answered " + std::to_string(status);
  if (status >= 200 && status < 300) return {accepted, {}};
  if (status >= 300 && status < 400) reason += ", a redirect, which is not followed";
  switch (status) {
    case 429:  // Too Many Requests
    case 503:  // Service Unavailable
      return {try_later, reason, told.retry_after};
    case 408:  // Request Timeout
    case 425:  // Too Early
      return {try_later, reason};
    case 401:  // Unauthorized
    case 403:  // Forbidden
    case 404:  // Not Found
    case 405:  // Method Not Allowed
    case 407:  // Proxy Authentication Required
      return {doubtful, reason};
    default:
      return {status >= 400 && status < 500 ? rejected : try_later, reason};
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
  if (const auto& parent = e.from.traceparent(); !parent.empty()) out["traceparent"] = parent;
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

/// The queue of posts; lives on its own thread.
class http_event_sink::connection {
 public:
  connection(web_address where, std::string secret, outgoing_rules rules, const clock& now)
      : where_{std::move(where)},
        secret_{std::move(secret)},
        clock_{now},
        line_{std::move(rules)},
        thread_{[this](const std::stop_token& stop) { run(stop); }} {}
  ~connection() {
    thread_.request_stop();
    line_.give_up();
  }
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  void post(const payment_event& event, std::function<void(answer)> done) {
    {
      const std::scoped_lock hold{lock_};
      waiting_.push_back({event, std::move(done)});
    }
    changed_.notify_one();
  }

 private:
  struct job {
    payment_event event;
    std::function<void(answer)> done;
  };

  void run(const std::stop_token& stop) {
    while (const auto next = take(stop)) {
      auto what = send(next->event);
      if (stop.stop_requested()) return;
      next->done(std::move(what));
    }
  }

  std::optional<job> take(const std::stop_token& stop) {
    std::unique_lock hold{lock_};
    if (!changed_.wait(hold, stop, [this] { return !waiting_.empty(); })) return std::nullopt;
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    return next;
  }

  answer send(const payment_event& event) {
    try {
      return judge(line_.ask(compose(event)));
    } catch (const no_answer& e) {
      return {outcome::try_later, std::string{"no answer from the data platform: "} + e.what()};
    }
  }

  [[nodiscard]] outgoing_request compose(const payment_event& event) const {
    outgoing_request out{outgoing_method::post, where_, {}, render_event(event)};
    out.headers = {"Content-Type: application/json", "Idempotency-Key: " + to_text(event.id)};
    if (const auto& id = event.from.request_id(); !id.empty())
      out.headers.push_back("X-Request-Id: " + id);
    if (const auto& parent = event.from.traceparent(); !parent.empty())
      out.headers.push_back("traceparent: " + parent);
    if (!secret_.empty())
      out.headers.push_back("X-Boxoffice-Signature: " +
                            sign_event(secret_, out.body, clock_.calendar()));
    return out;
  }

  const web_address where_;
  const std::string secret_;
  const clock& clock_;
  outgoing_line line_;
  std::mutex lock_;
  std::condition_variable_any changed_;
  std::deque<job> waiting_;
  std::jthread thread_;  // ends before what it uses
};

http_event_sink::http_event_sink(web_address where, std::string secret, outgoing_rules rules,
                                 const clock& now)
    : connection_{std::make_unique<connection>(std::move(where), std::move(secret),
                                               std::move(rules), now)} {}
http_event_sink::~http_event_sink() = default;

void http_event_sink::post(const payment_event& event, std::function<void(answer)> done) {
  connection_->post(event, std::move(done));
}

std::unique_ptr<event_sink> open_event_sink(const settings::data_platform_settings& how,
                                            const clock& now) {
  if (how.url.empty()) return nullptr;
  auto where = parse_web_address(how.url);
  if (const auto* fault = std::get_if<address_fault>(&where))
    throw std::invalid_argument{"data_platform.url " + std::string{to_text(*fault)}};
  return std::make_unique<http_event_sink>(
      std::get<web_address>(std::move(where)), how.secret.reveal(),
      outgoing_rules{how.timeout, limits::data_platform_answer_bytes_max, how.ca_file}, now);
}

}  // namespace boxoffice::http
