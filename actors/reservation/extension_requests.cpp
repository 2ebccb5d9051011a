// The part of the front that is about extensions of holds.
#include "actors/reservation/decisions.hpp"
#include "actors/reservation/reservation_service_state.hpp"

#include <utility>

namespace boxoffice {

// A retry is recognised before anything else is looked at.
void reservation_service_state::take(extend_hold& m, const caf::actor& caller) {
  const auto correlation = m.correlation;
  const auto key = m.key;
  const auto call = m.call;
  keys_.begin(
      key, call, reads_, memory_, [this, m = std::move(m), caller]() mutable { extend(m, caller); },
      [this, correlation, caller](fault why, key_verdict verdict,
                                  const reservation_answer* answered) {
        extension_reply reply;
        reply.correlation = correlation;
        reply.fault = why;
        reply.key = verdict;
        if (const auto* of = std::get_if<extension_outcome>(answered)) {
          reply.outcome = *of;
          reply.extended_at = of->held.extended_at;
        }
        answer(self_, caller, std::move(reply));
      });
}

void reservation_service_state::extend(extend_hold& m, const caf::actor& caller) {
  const auto now = context_.clock.now();
  if (const auto* to = schedule_of(m.reservation.schedule)) {
    self_->send(to->actor, forwarded<extend_hold>{std::move(m), caller, now});
    return;
  }
  extension_answer item{caller, {}, m.key, now, m.call.from};
  item.reply.correlation = m.correlation;
  item.reply.outcome.refusal = extension_refusal::reservation_not_found;
  if (m.reservation && !context_.catalogue.is_complete(now)) {
    item.reply.fault = fault::unavailable;
    return answer_kept(item);
  }
  if (!m.key.present()) return answer_kept(item);
  reservation_write write;
  write.key = m.key;
  write.answer = item.reply.outcome;
  write.at = now;
  keep_refusal(std::move(item), std::move(write));
}

// The answer is final, and durable if it is to be remembered.
void reservation_service_state::answer_kept(extension_answer& item) {
  auto& reply = item.reply;
  const auto refusal = reply.outcome.refusal;
  const bool stored = reply.fault == fault::in_doubt ||  // perhaps: then the next one looks it up
                      (reply.fault == fault::none && is_remembered(refusal));
  keys_.finish(item.key, stored ? known_keys::outcome::stored : known_keys::outcome::forgotten);
  if (reply.fault != fault::none) {
    reply.outcome = {};
    reply.extended_at = no_time;
  } else if (refusal == extension_refusal::none) {
    holds_.add(reply.outcome.held, item.now);
    extensions_.add();
  }
  answer(self_, item.caller, std::move(reply));
}

}  // namespace boxoffice
