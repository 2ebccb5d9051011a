#include "actors/bus/subscriber.hpp"

#include "actors/bus/arrivals.hpp"
#include "actors/bus/parked_log.hpp"
#include "actors/caf/actor.hpp"
#include "config/limits.hpp"
#include "logging/log.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace boxoffice {

/// A broker has delivered events.
struct events_arrived {
  std::vector<event_source::arrival> events;
};
/// Whether the broker has done what it was asked for.
enum class broker_did : bool { no, yes };
/// A broker has been asked to park an event.
struct event_parked {
  std::uint64_t tag{0};
  broker_did it{broker_did::no};
};
/// A broker has been asked what lies parked.
struct parked_read {
  std::uint64_t session{0};
  broker_did it{broker_did::no};
  event_source::parked_records found;
};
/// A broker has been told that an event is parked no longer.
struct event_settled {
  event_id event;
  std::uint64_t trial{0};
  broker_did it{broker_did::no};
};

namespace {

/// The shell around arrivals. Started and ended by the node.
class subscriber {
 public:
  using interface =
      accepts_also<subscriber_actor, events_arrived, event_parked, parked_read, event_settled,
                   events_applied, event_refused, applied_so_far, continuation>;
  static constexpr auto name = "bus";

  subscriber(interface::pointer self, subscriber_context context)
      : self_{self},
        context_{std::move(context)},
        arrived_{count("boxoffice_bus_arrived_total", "Events that a broker delivered")},
        parked_{count("boxoffice_bus_parked_total",
                      "Events that a consumer did not take, parked at the broker")},
        waiting_{context_.metrics.gauge("boxoffice_bus_waiting_events",
                                        "Events delivered by a broker and not yet applied",
                                        {{"consumer", context_.consumer}})},
        patience_{context_.patience},
        shown_{context_.metrics, context_.kind} {
    context_.from.open([handle = interface{self_}](std::vector<event_source::arrival> events) {
      caf::anon_send(handle, events_arrived{std::move(events)});
    });
    read_parked();
  }

  void on(events_arrived& m) {
    arrived_.add(m.events.size());
    const auto session = m.events.back().session;
    arrivals_.add(std::move(m.events), context_.decode);
    if (session_ != session) {
      session_ = session;
      read_parked();
    }
    go_on();
  }

  void on(parked_read& m) {
    reading_ = false;
    if (m.session != session_) return read_parked();
    if (m.it == broker_did::no)
      return run_later(self_, limits::bus_reconnect_first * 10, [this] { read_parked(); });
    log_.restore(m.found, context_.decode);
    arrivals_.let_go_all();
    shown_.clear();
    for (const auto& [schedule, parked] : log_.all()) {
      arrivals_.hold(schedule, parked.begin()->second.event.id);
      for (const auto& [sequence, each] : parked)
        show(each);
    }
    known_ = true;
    go_on();
  }

  void on(const events_applied& m) {
    if (is_retry(m.correlation)) return retried(m.correlation, m.sequence, std::nullopt);
    if (m.correlation < batch_ || !arrivals_.applied(m.sequence)) return;
    patience_ = context_.patience;
    go_on();
  }

  void on(const event_refused& m) {
    if (is_retry(m.correlation)) return retried(m.correlation, m.sequence - 1, m.reason);
    if (m.correlation != delivery_) return;
    if (m.how == event_refused::lasting::for_now && ++tries_ < limits::outbox_event_tries_max)
      return;  // silence: it is delivered again
    if (!arrivals_.refused(m.sequence, m.reason)) return;
    go_on();
  }

  // Only those that deliver from a position hear of it.
  void on(const applied_so_far&) {}

  void on(const event_parked& m) {
    const auto what = *std::exchange(parking_, std::nullopt);
    if (m.it == broker_did::no) {
      run_later(self_, limits::bus_reconnect_first * 10, [this, tag = m.tag] {
        arrivals_.not_parked(tag);
        go_on();
      });
      return;
    }
    parked_.add();
    arrivals_.parked(m.tag);
    auto read = context_.decode(what.body);
    if (auto* e = std::get_if<payment_event>(&read)) {
      const auto schedule = e->schedule();
      const auto id = e->id;
      log_.add({context_.consumer, std::move(*e), what.reason, context_.time.now()});
      show(*log_.find(id));
      if (retry_ && retry_->schedule == schedule && retry_->is_idle()) retry();
    }
    go_on();
  }

  void on(const list_parked& m) {
    auto found = shown_.list(m);
    if (!known_) found.fault = fault::unavailable;
    answer(self_, sender_of(self_), std::move(found));
  }

  void on(const move_parked_event& m) {
    parked_reply no{m.correlation, fault::none, parked_refusal::not_parked, {}, {}};
    const auto* found = log_.find(m.event);
    if (!known_ || retry_) no.fault = fault::unavailable;
    if (no.fault != fault::none || found == nullptr)
      return answer(self_, sender_of(self_), std::move(no));
    retry_.emplace(
        trial{found->event.schedule(), m.event, sender_of(self_), m.correlation, ++trials_});
    if (m.act == parked_act::try_again) return retry();
    retry_->state = "ABANDONED";
    settle(m.event, "given up");
  }

  void on(const event_settled& m) {
    const bool kept = m.it == broker_did::yes;
    if (kept) {
      log_.settle(m.event);
      shown_.drop(to_text(m.event));
    }
    if (!retry_ || retry_->number != m.trial) return;
    --retry_->settling;
    if (!kept) retry_->fault = fault::unavailable;
    if (kept && m.event == retry_->asked) tell(parked_refusal::none, {});
    if (retry_->settling > 0) return;
    if (retry_->fault != fault::none || retry_->refused) return end_retry();
    retry();
  }

 private:
  counter& count(const char* metric, const char* meaning) {
    return context_.metrics.counter(metric, meaning, {{"consumer", context_.consumer}});
  }

  /// An operator's decision that is being carried out.
  struct trial {
    schedule_id schedule;
    event_id asked;
    caf::actor from;  ///< none once it is answered
    std::uint64_t correlation;
    std::uint64_t number;
    const char* state{"APPLIED"};  ///< of the event, when it is settled
    std::uint64_t delivery{0};     ///< 0: the consumer has nothing of it
    std::size_t settling{0};       ///< events that the broker is told of
    int silences{0};
    std::optional<std::string> refused{};
    boxoffice::fault fault{fault::none};

    [[nodiscard]] bool is_idle() const { return delivery == 0 && settling == 0; }
  };
  /// Deliveries of a trial have numbers of their own.
  static constexpr std::uint64_t retry_bit = std::uint64_t{1} << 63U;
  static bool is_retry(std::uint64_t correlation) { return (correlation & retry_bit) != 0; }

  void read_parked() {
    known_ = false;
    if (std::exchange(reading_, true)) return;
    if (retry_) {
      retry_->fault = fault::unavailable;
      end_retry();
    }
    context_.from.read_parked([handle = interface{self_}, session = session_](
                                  std::optional<event_source::parked_records> found) {
      using enum broker_did;
      caf::anon_send(handle, found ? parked_read{session, yes, std::move(*found)}
                                   : parked_read{session, no, {}});
    });
  }

  void show(const parked_event& e) {
    shown_.put({to_text(e.event.id), e.event.user, "PARKED", context_.consumer, e.reason, e.at});
  }

  // Delivers what is parked of the schedule; when nothing is, it flows again.
  void retry() {
    auto events = log_.first_of(retry_->schedule, limits::outbox_relay_batch_events_max);
    if (!events.empty()) {
      retry_->delivery = retry_bit | ++retries_;
      self_->send(context_.to, deliver_events{retry_->delivery, std::move(events), 0});
      return run_later(self_, context_.patience, [this, number = retry_->delivery] {
        if (!retry_ || retry_->delivery != number) return;
        if (++retry_->silences < limits::outbox_event_tries_max) return retry();
        retry_->fault = fault::unavailable;
        end_retry();
      });
    }
    retry_->delivery = 0;
    if (arrivals_.parks(retry_->schedule)) return;  // what comes behind is parked first
    log(log_level::info, name, "nothing is parked of a schedule any more",
        {{"consumer", context_.consumer}, {"schedule_id", to_text(retry_->schedule)}});
    arrivals_.let_go(retry_->schedule);
    end_retry();
    go_on();
  }

  // The consumer has applied what is parked up to `through`, and refuses what comes next, if it
  // does.
  void retried(std::uint64_t correlation, std::uint64_t through,
               const std::optional<std::string>& refused) {
    if (!retry_ || correlation != retry_->delivery) return;
    retry_->delivery = 0;
    retry_->refused = refused;
    const auto events = log_.first_of(retry_->schedule, limits::outbox_relay_batch_events_max);
    for (const auto& e : events)
      if (e.sequence <= through) settle(e.id, "applied");
    if (retry_->settling == 0) end_retry();
  }

  void settle(event_id event, const char* why) {
    ++retry_->settling;
    context_.from.park(parked_log::settling(event), parked_log::stamped(context_.time.now(), why),
                       [handle = interface{self_}, event, number = retry_->number](bool kept) {
                         using enum broker_did;
                         caf::anon_send(handle, event_settled{event, number, kept ? yes : no});
                       });
  }

  // What is left stays parked, the first of it with the newest reason.
  void end_retry() {
    if (retry_->refused) {
      const auto first = log_.first_of(retry_->schedule, 1);
      if (!first.empty()) {
        log_.refused_again(first.front().id, *retry_->refused);
        show(*log_.find(first.front().id));
      }
      tell(parked_refusal::still_refused, *retry_->refused);
    }
    tell(parked_refusal::none, {});
    retry_.reset();
  }

  // The operator hears one word.
  void tell(parked_refusal refusal, const std::string& reason) {
    const auto to = std::exchange(retry_->from, {});
    const auto* state = refusal == parked_refusal::none ? retry_->state : "PARKED";
    answer(self_, to, parked_reply{retry_->correlation, retry_->fault, refusal, state, reason});
  }

  void go_on() {
    if (known_ && !arrivals_.is_given()) {
      tries_ = 0;
      batch_ = delivery_ + 1;
      deliver();
    }
    park_next();
    if (const auto through = arrivals_.take_done()) context_.from.acknowledge(*through);
    waiting_.set(static_cast<std::int64_t>(arrivals_.waiting()));
  }

  void deliver() {
    auto events = arrivals_.give(limits::outbox_relay_batch_events_max);
    if (events.empty()) return;
    self_->send(context_.to, deliver_events{++delivery_, std::move(events), 0,
                                            deliver_events::unmarked::may_be_either, 0});
    run_later(self_, patience_, [this, number = delivery_] {
      if (number != delivery_ || !arrivals_.is_given()) return;
      patience_ = std::min(patience_ * 2, std::max(limits::outbox_retry_max, context_.patience));
      deliver();
    });
  }

  // One at a time, which keeps their order.
  void park_next() {
    if (parking_ || !known_) return;
    parking_ = arrivals_.next_to_park();
    if (!parking_) return;
    log(log_level::error, name, "an event is parked at the broker",
        {{"consumer", context_.consumer}, {"reason", parking_->reason}});
    context_.from.park(parking_->body, parked_log::stamped(context_.time.now(), parking_->reason),
                       [handle = interface{self_}, tag = parking_->tag](bool kept) {
                         using enum broker_did;
                         caf::anon_send(handle, event_parked{tag, kept ? yes : no});
                       });
  }

  interface::pointer self_;
  subscriber_context context_;
  counter& arrived_;
  counter& parked_;
  gauge& waiting_;
  arrivals arrivals_;
  std::uint64_t delivery_{0};
  std::uint64_t batch_{0};  // the first delivery of what is given now
  int tries_{0};            // of what is given now: refused for now
  milliseconds patience_;
  std::optional<arrivals::parking> parking_;  // at the broker

  parked_log log_;
  parked_entities shown_;
  bool known_{false};  // what is parked
  bool reading_{false};
  std::uint64_t session_{0};
  std::optional<trial> retry_;
  std::uint64_t trials_{0}, retries_{0};
};

}  // namespace

subscriber_actor spawn_subscriber(caf::actor_system& system, subscriber_context context) {
  return spawn_actor<subscriber>(system, std::move(context));
}

}  // namespace boxoffice
