#include "http/sink/sink_server.hpp"

#include "config/webhook_limits.hpp"
#include "http/outgoing/webhook_signature.hpp"
#include "logging/log.hpp"

#include <charconv>
#include <chrono>
#include <stdexcept>
#include <utility>
#include <variant>

namespace boxoffice::http {
namespace {

constexpr const char* events_path = "/events";

server_settings server_rules(const sink_rules& how) {
  server_settings out;
  out.listen = how.listen;
  return out;
}

/// Whether a stamp of this many seconds since 1970 may still be believed at `now`.
bool is_recent(std::string_view at, time_point now) {
  std::int64_t value = 0;
  const auto* end = at.data() + at.size();
  const auto read = std::from_chars(at.data(), end, value);
  if (at.empty() || read.ec != std::errc{} || read.ptr != end) return false;
  const auto ours = std::chrono::floor<seconds>(now).time_since_epoch().count();
  const auto most = limits::webhook_age_max.count();
  return value >= ours - most && value <= ours + most;
}

}  // namespace

sink_server::sink_server(sink_rules how, const clock& time)
    : how_{std::move(how)},
      time_{time},
      received_{limits::sink_remembered_events_max},
      lines_{how_.out, [this](std::string_view line) { restore(line); }},
      server_{server_rules(how_), nullptr, time, measured_} {
  router routes;
  routes.add(
      {.method = verb::post,
       .pattern = events_path,
       .handle = [this](request& r) -> boost::asio::awaitable<response> { co_return take(r); },
       .body = body_rule::text,
       .body_bytes_max = limits::sink_body_bytes_max,
       .repeatable = false});
  server_.start(std::move(routes));
}

std::string sink_server::url() const { return server_.url() + events_path; }

void sink_server::restore(std::string_view line) {
  const auto read = read_received(line, event_form::single);
  if (const auto* fault = std::get_if<body_fault>(&read))
    throw std::runtime_error{how_.out.string() + ": a line is no event: " + fault->detail};
  for (const auto& each : std::get<std::vector<received_event>>(read))
    received_.restore(each);
}

response sink_server::take(const request& post) {
  const auto form = event_form_of(post.header("Content-Type"));
  if (!form)
    return refuse(problem_code::unsupported_media_type,
                  "Events are application/cloudevents+json, alone or as a batch.");
  if (const auto why = distrust(post); !why.empty())
    return refuse(problem_code::unauthenticated, why);
  auto read = read_received(post.body, *form);
  if (const auto* fault = std::get_if<body_fault>(&read))
    return refuse(fault->is_json ? problem_code::invalid_field : problem_code::malformed_json,
                  fault->detail);
  try {
    write(received_.only_new(std::get<std::vector<received_event>>(std::move(read))));
  } catch (const std::runtime_error& e) {
    log(log_level::error, "sink", "events cannot be written", {{"error", e.what()}});
    return refuse(problem_code::unavailable, "Events cannot be written now.");
  }
  if (*form == event_form::batch) ++batches_;
  return response{status::no_content};
}

/// Why it is not known who sent a post; empty: it is.
std::string sink_server::distrust(const request& post) const {
  if (how_.keys.empty()) return {};
  for (const auto* name : {"webhook-id", "webhook-timestamp", "webhook-signature"})
    if (post.header_count(name) != 1) return std::string{"The header "} + name + " is needed once.";
  const webhook_stamp stamp{std::string{post.header("webhook-id")},
                            std::string{post.header("webhook-timestamp")}};
  if (!verify_webhook(how_.keys, stamp, post.body, post.header("webhook-signature")))
    return "No key that is known here has signed this.";
  if (!is_recent(stamp.at, time_.calendar()))
    return "The webhook-timestamp is more than five minutes away from the time here.";
  return {};
}

void sink_server::write(const std::vector<received_event>& fresh) {
  if (fresh.empty()) return;
  std::string lines;
  for (const auto& each : fresh)
    lines.append(each.line).push_back('\n');
  lines_.append(lines);
  for (const auto& each : fresh)
    if (received_.add(each) == received_events::order::broken)
      log(log_level::error, "sink", "an event came after a later one of its key",
          {{"event_id", each.id}, {"key", each.key}, {"sequence", each.sequence}});
}

response sink_server::refuse(problem_code code, const std::string& why) {
  ++refused_;
  problem answer{code, why};
  log(log_level::warning, "sink", "a post is refused",
      {{"status", static_cast<unsigned>(answer.kind().status)}, {"reason", why}});
  return answer;
}

}  // namespace boxoffice::http
