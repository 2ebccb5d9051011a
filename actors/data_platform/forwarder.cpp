#include "actors/data_platform/forwarder.hpp"

#include "actors/data_platform/forward_queue.hpp"
#include "config/limits.hpp"
#include "config/log.hpp"

#include <deque>
#include <utility>
#include <vector>

namespace boxoffice {

/// The sink has an answer to the try with this number.
struct event_posted {
  std::uint64_t number{0};
  event_sink::outcome what{event_sink::outcome::accepted};
  std::string reason;
  std::chrono::seconds not_within{0};
};
struct forward_again_tick {};

namespace {

/// The shell around forward_queue. Started and ended by the node.
class forwarder {
 public:
  using interface = accepts_also<event_consumer_actor, event_posted, forward_again_tick>;
  static constexpr auto name = "data_platform";

  forwarder(interface::pointer self, const data_platform_context& context)
      : self_{self},
        context_{context},
        queue_{limits::consumer_queue_events_max, limits::consumer_queue_events_max * 4},
        accepted_{count("accepted")},
        rejected_{count("rejected")},
        retries_{context.metrics.counter("boxoffice_data_platform_retries_total",
                                         "Tries to forward an event that did not succeed")},
        waiting_{context.metrics.gauge("boxoffice_data_platform_waiting_events",
                                       "Events waiting for the data platform")} {}

  void on(const deliver_events& m) {
    delivery d{sender_of(self_), m.correlation, {}, 0};
    for (const auto& e : m.events) {
      const auto place = queue_.add(e);
      // What does not fit comes again.
      if (place.taken == forward_queue::added::full) break;
      d.events.push_back({place.number, e.sequence});
    }
    if (d.events.empty()) return;
    if (open_.size() >= limits::consumer_open_deliveries_max) open_.pop_front();
    open_.push_back(std::move(d));
    answer_done();
    send_next();
  }

  void on(const ask_applied& m) {
    answer(self_, sender_of(self_), applied_so_far{m.correlation, {}, 0, 0});
  }

  void on(const event_posted& m) {
    if (m.number != try_ || !sending_) return;
    sending_ = false;
    switch (m.what) {
      case event_sink::outcome::accepted:
        accepted_.add();
        if (log_enabled(log_level::debug))
          log(log_level::debug, queue_.front()->from, name, "the data platform took an event",
              {{"event_id", to_text(queue_.front()->id)},
               {"payment_id", to_text(queue_.front()->payment)}});
        finish();
        break;
      case event_sink::outcome::doubtful:
        retries_.add();
        refuse(event_refused::lasting::for_now, m.reason);
        break;
      case event_sink::outcome::rejected:
        rejected_.add();
        refuse(event_refused::lasting::for_good, m.reason);
        break;
      case event_sink::outcome::try_later:
        try_later(m);
        break;
    }
  }

  void on(const forward_again_tick&) {
    pausing_ = false;
    send_next();
  }

 private:
  struct event_place {
    std::uint64_t number;  // in the queue
    std::uint64_t sequence;
  };
  struct delivery {
    caf::actor from;
    std::uint64_t correlation;
    std::vector<event_place> events;
    std::size_t answered;  // how many of them
  };

  counter& count(const char* outcome) {
    return context_.metrics.counter("boxoffice_data_platform_events_total",
                                    "Events the data platform took, or will never take",
                                    {{"outcome", outcome}});
  }

  void send_next() {
    waiting_.set(static_cast<std::int64_t>(queue_.waiting()));
    const auto* next = queue_.front();
    if (next == nullptr || sending_ || pausing_) return;
    sending_ = true;
    context_.sink.post(*next, [handle = interface{self_}, number = ++try_](event_sink::answer a) {
      caf::anon_send(handle, event_posted{number, a.what, std::move(a.reason), a.not_within});
    });
  }

  void finish() {
    tries_ = 0;
    queue_.pop();
    answer_done();
    send_next();
  }

  // The relay decides what becomes of the front event; what stands behind it comes again.
  void refuse(event_refused::lasting how, const std::string& reason) {
    log(log_level::error, queue_.front()->from, name, "the data platform does not take an event",
        {{"event_id", to_text(queue_.front()->id)}, {"reason", reason}});
    tries_ = 0;
    for (const auto& d : open_) {
      const auto next = d.events[done_of(d)];
      if (next.number != queue_.done_through() + 1) continue;
      answer(self_, d.from, event_refused{d.correlation, next.sequence, how, reason});
    }
    open_.clear();
    queue_.forget_waiting();
    waiting_.set(0);
  }

  void try_later(const event_posted& m) {
    retries_.add();
    if (++tries_ == 1 || m.reason != reason_)
      log(log_level::warning, queue_.front()->from, name, "cannot forward an event: trying again",
          {{"event_id", to_text(queue_.front()->id)},
           {"reason", m.reason},
           {"not_within_seconds", m.not_within.count()}});
    reason_ = m.reason;
    answer_prefixes();
    pausing_ = true;
    self_->delayed_send(self_, retry_pause(tries_, m.not_within, context_.random.next()),
                        forward_again_tick{});
  }

  // Deliveries whose events are all done.
  void answer_done() {
    std::erase_if(open_, [this](delivery& d) {
      if (done_of(d) < d.events.size()) return false;
      answer(self_, d.from, events_applied{d.correlation, d.events.back().sequence});
      return true;
    });
  }

  // It may take long: tell the relay how far it is, so that a restart does not begin too early.
  void answer_prefixes() {
    for (auto& d : open_) {
      const auto done = done_of(d);
      if (done <= d.answered) continue;
      d.answered = done;
      answer(self_, d.from, events_applied{d.correlation, d.events[done - 1].sequence});
    }
  }

  [[nodiscard]] std::size_t done_of(const delivery& d) const {
    std::size_t n = 0;
    while (n < d.events.size() && d.events[n].number <= queue_.done_through())
      ++n;
    return n;
  }

  interface::pointer self_;
  data_platform_context context_;
  forward_queue queue_;
  counter& accepted_;
  counter& rejected_;
  counter& retries_;
  gauge& waiting_;
  std::deque<delivery> open_;
  std::uint64_t try_{0};
  std::uint32_t tries_{0};  // of the front event that did not succeed
  std::string reason_;      // of the last of them
  bool sending_{false};
  bool pausing_{false};
};

}  // namespace

event_consumer_actor spawn_forwarder(caf::actor_system& system,
                                     const data_platform_context& context) {
  return spawn_actor<forwarder>(system, context);
}

}  // namespace boxoffice
