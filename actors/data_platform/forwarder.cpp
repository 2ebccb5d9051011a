#include "actors/data_platform/forwarder.hpp"

#include "actors/data_platform/forward_pace.hpp"
#include "actors/data_platform/forward_queue.hpp"
#include "config/limits.hpp"
#include "logging/log.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace boxoffice {

/// The sink has an answer to a post.
struct events_posted {
  std::vector<payment_event> events;
  std::uint64_t round{0};
  event_sink::answer said;
};
struct forward_again_tick {};
struct tell_progress_tick {};

namespace {

/// The shell around forward_queue and forward_pace. Started and ended by the node.
class forwarder {
 public:
  using interface =
      accepts_also<event_consumer_actor, events_posted, forward_again_tick, tell_progress_tick>;
  static constexpr auto name = "data_platform";

  forwarder(interface::pointer self, const data_platform_context& context)
      : self_{self},
        context_{context},
        queue_{{limits::consumer_queue_events_max, limits::consumer_queue_events_max * 4,
                context.post_events_max}},
        accepted_{count("accepted")},
        rejected_{count("rejected")},
        retries_{context.metrics.counter("boxoffice_data_platform_retries_total",
                                         "Tries to forward an event that did not succeed")},
        waiting_{context.metrics.gauge("boxoffice_data_platform_waiting_events",
                                       "Events waiting for the data platform")},
        under_way_{context.metrics.gauge("boxoffice_data_platform_under_way_posts",
                                         "Posts that the data platform has not answered yet")},
        stopped_{context.metrics.gauge("boxoffice_data_platform_stopped",
                                       "Whether the data platform answered 410: it is told nothing "
                                       "until this process starts again")} {}

  void on(const deliver_events& m) {
    relay_ = sender_of(self_);
    queue_.deliver(m.correlation, m.events);
    go_on();
  }

  void on(const ask_applied& m) {
    answer(self_, sender_of(self_), applied_so_far{m.correlation, {}, 0, 0});
  }

  void on(const events_posted& m) {
    switch (m.said.what) {
      case event_sink::outcome::accepted:
        accepted_.add(m.events.size());
        if (log_enabled(log_level::debug))
          for (const auto& e : m.events)
            log(log_level::debug, e.from, name, "the data platform took an event",
                {{"event_id", to_text(e.id)}, {"payment_id", to_text(e.payment)}});
        pace_.answered(m.round);
        queue_.applied(m.events);
        break;
      case event_sink::outcome::doubtful:
        retries_.add();
        refuse(m, forward_queue::refusal::lasting::for_now);
        break;
      case event_sink::outcome::rejected:
        if (m.events.size() == 1) rejected_.add();
        refuse(m, forward_queue::refusal::lasting::for_good);
        break;
      case event_sink::outcome::try_later:
        try_later(m);
        break;
      case event_sink::outcome::gone:
        stop(m);
        break;
    }
    go_on();
  }

  void on(const forward_again_tick&) {
    waking_ = false;
    go_on();
  }

  void on(const tell_progress_tick&) {
    telling_ = false;
    tell(queue_.progress());
  }

 private:
  counter& count(const char* outcome) {
    return context_.metrics.counter("boxoffice_data_platform_events_total",
                                    "Events the data platform took, or will never take",
                                    {{"outcome", outcome}});
  }

  // Tells the relay what is due, and posts what may be posted now.
  void go_on() {
    tell(queue_.ended());
    if (queue_.has_progress() && !std::exchange(telling_, true))
      self_->delayed_send(self_, limits::data_platform_progress_every, tell_progress_tick{});
    const auto now = self_->clock().now();
    while (is_stopped_ == stopped::no && pace_.may_begin(now)) {
      auto next = queue_.begin();
      if (next.empty()) break;
      post(std::move(next));
    }
    if (now < pace_.pause_until() && !std::exchange(waking_, true))
      self_->delayed_send(self_, std::chrono::ceil<milliseconds>(pace_.pause_until() - now),
                          forward_again_tick{});
    waiting_.set(static_cast<std::int64_t>(queue_.waiting()));
    under_way_.set(static_cast<std::int64_t>(queue_.under_way()));
  }

  void post(std::vector<payment_event> events) {
    auto answered = [handle = interface{self_}, events,
                     round = pace_.begin()](event_sink::answer said) mutable {
      caf::anon_send(handle, events_posted{std::move(events), round, std::move(said)});
    };
    context_.sink.post(std::move(events), std::move(answered));
  }

  void tell(const std::optional<forward_queue::answer>& what) {
    if (!what) return;
    if (!what->refused)
      return answer(self_, relay_, events_applied{what->correlation, what->sequence});
    using lasting = forward_queue::refusal::lasting;
    const auto how = what->refused->how == lasting::for_good ? event_refused::lasting::for_good
                                                             : event_refused::lasting::for_now;
    answer(self_, relay_,
           event_refused{what->correlation, what->sequence, how, what->refused->reason});
  }

  // Its schedule stands still until the relay has decided; others go on.
  void refuse(const events_posted& m, forward_queue::refusal::lasting how) {
    const auto& first = m.events.front();
    if (m.events.size() > 1)
      log(log_level::warning, first.from, name,
          "the data platform does not take a batch: each event is posted alone",
          {{"event_id", to_text(first.id)},
           {"events", m.events.size()},
           {"reason", m.said.reason}});
    else
      log(log_level::error, first.from, name, "the data platform does not take an event",
          {{"event_id", to_text(first.id)}, {"reason", m.said.reason}});
    pace_.answered(m.round);
    queue_.refused(m.events, {how, m.said.reason});
  }

  void try_later(const events_posted& m) {
    retries_.add();
    queue_.not_applied(m.events);
    const auto failed =
        pace_.failed(m.round, self_->clock().now(), m.said.not_within, context_.random.next());
    if (failed == forward_pace::failure::of_a_round_before) return;
    if (failed == forward_pace::failure::first || m.said.reason != reason_)
      log(log_level::warning, m.events.front().from, name, "cannot forward an event: trying again",
          {{"event_id", to_text(m.events.front().id)},
           {"reason", m.said.reason},
           {"not_within_seconds", m.said.not_within.count()}});
    reason_ = m.said.reason;
  }

  // What is not posted stays in the outbox: the relay hears nothing more, and waits.
  void stop(const events_posted& m) {
    pace_.answered(m.round);
    queue_.not_applied(m.events);
    if (std::exchange(is_stopped_, stopped::yes) == stopped::yes) return;
    stopped_.set(1);
    log(log_level::error, m.events.front().from, name,
        "the data platform wants no more events: they wait until this process starts again",
        {{"event_id", to_text(m.events.front().id)}, {"reason", m.said.reason}});
  }

  interface::pointer self_;
  data_platform_context context_;
  forward_queue queue_;
  forward_pace pace_{limits::data_platform_parallel_max};
  counter& accepted_;
  counter& rejected_;
  counter& retries_;
  gauge& waiting_;
  gauge& under_way_;
  gauge& stopped_;
  caf::actor relay_;
  std::string reason_;  // of the last try that did not succeed
  enum class stopped : bool { no, yes } is_stopped_{stopped::no};
  bool waking_{false};   // a forward_again_tick is under way
  bool telling_{false};  // a tell_progress_tick
};

}  // namespace

event_consumer_actor spawn_forwarder(caf::actor_system& system,
                                     const data_platform_context& context) {
  return spawn_actor<forwarder>(system, context);
}

}  // namespace boxoffice
