#pragma once

#include "actors/core/time.hpp"
#include "actors/data_platform/event_sink.hpp"
#include "config/settings.hpp"
#include "http/outgoing.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace boxoffice::http {

/// The body that carries an event: `{eventId, sequence, type, paymentId, …}`, and `traceparent`
/// when the client sent one.
std::string render_event(const payment_event& event);

/// `t=<seconds since 1970>,v1=<hex of HMAC-SHA256(secret, "<t>.<body>")>`: the time is signed too,
/// so that a receiver can refuse old posts.
std::string sign_event(std::string_view secret, std::string_view body, time_point at);

/// Posts events to the data platform over one kept connection, one after the other. Each post
/// carries `Idempotency-Key` (the event id), with a secret `X-Boxoffice-Signature`, and, where the
/// event has them, `X-Request-Id` and `traceparent` of the request that it came of.
/// **Thread**: `post` from any; `done` is called on a thread of its own.
class http_event_sink final : public event_sink {
 public:
  http_event_sink(web_address where, std::string secret, outgoing_rules rules, const clock& now);
  ~http_event_sink() override;
  http_event_sink(const http_event_sink&) = delete;
  http_event_sink& operator=(const http_event_sink&) = delete;

  void post(const payment_event& event, std::function<void(answer)> done) override;

 private:
  class connection;
  std::unique_ptr<connection> connection_;
};

/// The sink of the settings; null when they name no data platform. Throws std::invalid_argument
/// for a URL that the settings would have refused.
std::unique_ptr<event_sink> open_event_sink(const settings::data_platform_settings& how,
                                            const clock& now);

}  // namespace boxoffice::http
