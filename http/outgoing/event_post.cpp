#include "http/outgoing/event_post.hpp"

#include "config/limits.hpp"
#include "http/outgoing/webhook_signature.hpp"

#include <stdexcept>
#include <utility>
#include <variant>

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
    case 410:  // Gone
      return {gone, reason};
    default:
      return {status >= 400 && status < 500 ? rejected : try_later, reason};
  }
}

event_sink::answer judge(const no_answer& why) {
  return {event_sink::outcome::try_later,
          std::string{"no answer from the data platform: "} + why.what()};
}

std::vector<webhook_key> keys_of(const settings::data_platform_settings& how) {
  std::vector<webhook_key> out;
  for (const auto* each : {&how.secret, &how.previous_secret}) {
    if (each->empty()) continue;
    auto key = parse_webhook_secret(each->reveal());
    if (const auto* fault = std::get_if<secret_fault>(&key))
      throw std::invalid_argument{"a secret of data_platform " + std::string{fault->why}};
    out.push_back(std::get<webhook_key>(std::move(key)));
  }
  return out;
}

}  // namespace

http_event_sink::http_event_sink(web_address where, std::vector<webhook_key> keys,
                                 outgoing_rules rules, const clock& now, event_encoder encode)
    : where_{std::move(where)},
      keys_{std::move(keys)},
      clock_{now},
      encode_{std::move(encode)},
      lines_{std::move(rules), limits::data_platform_parallel_max} {}

void http_event_sink::post(std::vector<payment_event> events, std::function<void(answer)> done) {
  if (gone_) return done({outcome::gone, "the data platform answered 410"});
  lines_.ask(compose(events), [this, done = std::move(done)](const outgoing_lines::outcome& told) {
    auto said = std::visit([](const auto& each) { return judge(each); }, told);
    if (said.what == outcome::gone) gone_ = true;
    done(std::move(said));
  });
}

outgoing_request http_event_sink::compose(const std::vector<payment_event>& events) const {
  const auto& first = events.front();
  const bool alone = events.size() == 1;
  const auto id = alone ? to_text(first.id) : to_text(first.id) + "-" + to_text(events.back().id);
  outgoing_request out{
      outgoing_method::post, where_, {}, alone ? encode_(first).body : batch(events)};
  const auto stamp = stamp_webhook(id, clock_.calendar());
  out.headers = {std::string{"Content-Type: "} + (alone ? event_content_type : batch_content_type),
                 "Idempotency-Key: " + id, "webhook-id: " + stamp.id,
                 "webhook-timestamp: " + stamp.at};
  if (!keys_.empty())
    out.headers.push_back("webhook-signature: " + sign_webhook(keys_, stamp, out.body));
  if (!alone) return out;
  if (const auto& request = first.from.request_id(); !request.empty())
    out.headers.push_back("X-Request-Id: " + request);
  if (const auto& parent = first.from.traceparent(); !parent.empty())
    out.headers.push_back("traceparent: " + parent);
  return out;
}

/// **Source** CloudEvents JSON format 1.0, "JSON Batch Format".
std::string http_event_sink::batch(const std::vector<payment_event>& events) const {
  std::string out{"["};
  for (const auto& each : events) {
    if (out.size() > 1) out += ',';
    out += encode_(each).body;
  }
  return out += ']';
}

std::unique_ptr<event_sink> open_event_sink(const settings::data_platform_settings& how,
                                            const clock& now, event_encoder encode) {
  if (how.url.empty()) return nullptr;
  auto where = parse_web_address(how.url);
  if (const auto* fault = std::get_if<address_fault>(&where))
    throw std::invalid_argument{"data_platform.url " + std::string{to_text(*fault)}};
  return std::make_unique<http_event_sink>(
      std::get<web_address>(std::move(where)), keys_of(how),
      outgoing_rules{how.timeout, limits::data_platform_answer_bytes_max, how.ca_file}, now,
      std::move(encode));
}

}  // namespace boxoffice::http
