#pragma once

#include "actors/bus/event_codec.hpp"
#include "actors/core/time.hpp"
#include "actors/data_platform/event_sink.hpp"
#include "config/settings.hpp"
#include "config/webhook_secret.hpp"
#include "http/outgoing/outgoing_lines.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace boxoffice::http {

/// Posts events to the data platform over kept connections, several at a time. Each post carries
/// what the encoder writes, signed with every key (docs/events/), and `Idempotency-Key` (the id of
/// the event; of several, of the first and the last). One event is posted alone, with
/// `X-Request-Id` and `traceparent` of the request that it came of, where it has them; several as
/// a batch.
/// After a 410 nothing is posted any more: the answer is `gone` at once. **Thread**: `post` from
/// any; `done` is called on a thread of its own, or at once.
class http_event_sink final : public event_sink {
 public:
  http_event_sink(web_address where, std::vector<webhook_key> keys, outgoing_rules rules,
                  const clock& now, event_encoder encode);

  void post(std::vector<payment_event> events, std::function<void(answer)> done) override;

 private:
  [[nodiscard]] outgoing_request compose(const std::vector<payment_event>& events) const;
  [[nodiscard]] std::string batch(const std::vector<payment_event>& events) const;

  const web_address where_;
  const std::vector<webhook_key> keys_;
  const clock& clock_;
  const event_encoder encode_;
  std::atomic<bool> gone_{false};
  outgoing_lines lines_;  // ends before what its answers use
};

/// The sink of the settings; null when they name no data platform. Throws std::invalid_argument
/// for a URL or a secret that the settings would have refused.
std::unique_ptr<event_sink> open_event_sink(const settings::data_platform_settings& how,
                                            const clock& now, event_encoder encode);

}  // namespace boxoffice::http
