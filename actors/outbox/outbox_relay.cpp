#include "actors/outbox/outbox_relay.hpp"

#include "actors/commit/store_read.hpp"
#include "actors/core/fault_points.hpp"
#include "actors/core/planted_bugs.hpp"
#include "actors/outbox/relay_meters.hpp"
#include "actors/outbox/relay_progress.hpp"
#include "actors/outbox/relay_reads.hpp"
#include "config/log.hpp"

#include <algorithm>
#include <deque>
#include <exception>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

namespace boxoffice {
namespace {

struct relay_tick {};
/// The pause between two looks at the outbox is over.
struct relay_look {};
template <class Inspector>
auto inspect(Inspector& f, relay_tick&) {
  return fields(f);
}
template <class Inspector>
auto inspect(Inspector& f, relay_look&) {
  return fields(f);
}

milliseconds pause_before_try(int tries) {
  auto pause = limits::outbox_retry_first;
  for (int i = 1; i < tries && pause < limits::outbox_retry_max; ++i)
    pause *= 2;
  return std::min(pause, limits::outbox_retry_max);
}

/// The relay of one consumer. Life cycle: starting (reads its position) → idle ⇄ reading →
/// delivering → …; the poll tick leads out of every wait.
class outbox_relay_state {
 public:
  using interface =
      accepts_also<outbox_relay_actor, relay_position_read, relay_gap_read, relay_events_read,
                   relay_parked_read, commit_report, outbox_pruned, relay_tick, relay_look>;

  outbox_relay_state(interface::pointer self, relay_context context)
      : self_{self},
        context_{std::move(context)},
        meters_{context_.meters, context_.consumer},
        patience_{context_.patience} {
    // Weak: the committer outlives the relay.
    const auto weak = caf::actor_cast<caf::actor_addr>(self_);
    writer_ = context_.commits.enroll([weak](const commit_report& report) {
      if (const auto strong = caf::actor_cast<caf::actor>(weak)) caf::anon_send(strong, report);
    });
    prune_at_ = context_.time.now() + limits::prune_every;
    self_->delayed_send(self_, limits::outbox_poll_every, relay_tick{});
    read_position();
  }

  void on(const outbox_appended&) { go_on(); }

  void on(const replay_parked& m) {
    if (std::ranges::count(to_replay_, m.schedule) == 0) to_replay_.push_back(m.schedule);
    go_on();
  }

  void on(const relay_position_read& m) {
    reading_ = false;
    if (m.fault != fault::none) return;  // the tick tries again
    believed_ = m;
    ask_consumer();
  }

  void on(const applied_so_far& m) {
    if (m.ticket != (progress_ ? delivery_ : asked_)) return;
    if (progress_) return start_again(m);
    if (!believed_ || reading_) return;
    held_ = m.through;
    if (m.are == applied_so_far::books::none || m.through >= believed_->sequence)
      return begin(believed_->sequence);
    // What it does not have may be nothing but what is parked.
    read(relay_gap_read{{}, m.known_after, m.known_after},
         [&reader = context_.reader, name = context_.consumer, after = m.through,
          through = believed_->sequence](relay_gap_read& r) {
           if (!lacks_more_than_parked(reader, name, after, through)) r.after = through;
         });
  }

  void on(const relay_gap_read& m) {
    reading_ = false;
    if (m.fault != fault::none || progress_) return;
    begin(m.after);
  }

  void on(relay_events_read& m) {
    reading_ = false;
    if (m.fault != fault::none || !progress_ || !progress_->is_idle()) return;
    // A full portion says that there is more; else what comes in the pause is taken together.
    if (!m.events.empty() && m.events.size() < limits::outbox_relay_batch_events_max)
      look_again_at_ = context_.time.now() + limits::outbox_relay_pause;
    if (m.events.empty()) {
      measure();
      if (wanted_) go_on();
      return;
    }
    progress_->give(std::move(m.events), context_.time.now());
    deliver_what_waits();
  }

  void on(const relay_parked_read& m) {
    reading_ = false;
    if (m.fault != fault::none || !progress_ || !progress_->is_idle() || !progress_->replays())
      return;
    if (m.events.empty())
      log(log_level::info, "outbox", "replayed",
          {{"consumer", context_.consumer}, {"schedule_id", to_text(*progress_->replays())}});
    progress_->give_again(m.events);
    deliver_what_waits();
  }

  void on(const events_applied& m) {
    pass(fault_point::events_applied);
    if (!progress_ || m.ticket < batch_) return;  // about a batch that is over
    held_ = std::max(held_, m.sequence);
    if (progress_->consumer_applied(m.sequence) == relay_progress::applied::nothing_new) return;
    deliver_what_waits();
  }

  void on(const event_refused& m) {
    if (!progress_ || m.ticket != delivery_) return;  // the newest delivery is answered too
    using refused = relay_progress::refused;
    const auto for_now = m.how == event_refused::lasting::for_now;
    const auto reason = m.reason.substr(0, limits::parked_reason_chars_max);
    switch (progress_->consumer_refused(m.sequence, reason, for_now, context_.time.now())) {
      case refused::ignored:
        return;
      case refused::try_later:
        store_progress();
        meters_.refusals.add();
        pausing_ = true;
        deliver_again_at_ = context_.time.now() + pause_before_try(progress_->tries());
        return;
      case refused::parked:
        meters_.refusals.add();
        log(log_level::error, "outbox", "an event is parked with what follows of its schedule",
            {{"consumer", context_.consumer}, {"sequence", m.sequence}, {"reason", reason}});
        return deliver_what_waits();
    }
  }

  void on(const commit_report& m) {
    if (m.generation != generation_) return;
    writing_ = false;
    if (m.outcome != commit_outcome::committed) {
      // Nothing else depends on it: it is written again, by the tick.
      ++generation_;
      stored_ = none_stored;
      return;
    }
    progress_->stored(written_);
    stored_ = written_.position;
    store_progress();
    if (wanted_) go_on();
  }

  void on(const outbox_pruned& m) {
    if (m.rows >= limits::prune_rows_max) prune();
  }

  void on(const relay_look&) {
    resting_ = false;
    if (wanted_) go_on();
  }

  void on(const relay_tick&) {
    const auto now = context_.time.now();
    self_->delayed_send(self_, limits::outbox_poll_every, relay_tick{});
    if (!progress_) return believed_ ? ask_consumer() : read_position();
    store_progress();
    if (!progress_->is_idle() && now >= deliver_again_at_) deliver_again();
    go_on();
    measure();
    if (context_.prunes == relay_context::pruning::yes && now >= prune_at_) {
      prune_at_ = now + limits::prune_every;
      prune();
    }
  }

 private:
  static constexpr std::uint64_t none_stored = ~std::uint64_t{0};

  void read_position() {
    if (reading_) return;
    read(relay_position_read{}, [&reader = context_.reader, name = context_.consumer](
                                    relay_position_read& r) { fill_position(reader, name, r); });
  }

  // What the consumer holds is for it to say. An answer to an older question is none.
  void ask_consumer() {
    if (reading_) return;
    asked_ = ++delivery_;
    self_->send(context_.to, ask_applied{asked_});
  }

  void begin(std::uint64_t from) {
    progress_.emplace(context_.consumer, believed_->sequence, believed_->parked,
                      limits::outbox_event_tries_max);
    if (from < believed_->sequence) {
      progress_->go_back_to(from);
      meters_.rewinds.add();
      log(log_level::warning, "outbox",
          "a consumer has lost what it was given: delivering it again",
          {{"consumer", context_.consumer}, {"after", from}, {"through", believed_->sequence}});
    }
    batch_ = delivery_ + 1;
    // Also when it has nothing yet: from now on the store prunes nothing it has not passed.
    store_progress();
    measure();
    go_on();
  }

  // The consumer lost something in the middle of it. What is not stored yet is found again.
  void start_again(const applied_so_far& m) {
    if (m.through >= held_ || m.are == applied_so_far::books::none) return;
    progress_.reset();
    believed_.reset();
    held_ = 0;
    stored_ = none_stored;
    ++generation_;
    writing_ = false;
    read_position();
  }

  // Reads what is to be delivered next, once nothing is under way and everything parked is stored.
  void go_on() {
    wanted_ = true;
    if (reading_ || !progress_ || !progress_->is_idle() || progress_->owes_store()) return;
    while (!progress_->replays() && !to_replay_.empty() && !progress_->is_catching_up()) {
      static_cast<void>(progress_->begin_replay(to_replay_.front()));
      to_replay_.pop_front();
    }
    if (const auto schedule = progress_->replays()) {
      wanted_ = false;
      return read_parked(*schedule);
    }
    // Longer than a pause: the clock was set back.
    if (const auto rest = look_again_at_ - context_.time.now();
        rest > milliseconds{0} && rest <= limits::outbox_relay_pause) {
      if (!std::exchange(resting_, true)) self_->delayed_send(self_, rest, relay_look{});
      return;
    }
    wanted_ = false;
    read(relay_events_read{},
         [&reader = context_.reader, after = progress_->position()](relay_events_read& r) {
           r.events = reader.events_after(after, limits::outbox_relay_batch_events_max);
         });
  }

  void read_parked(schedule_id schedule) {
    read(relay_parked_read{},
         [&reader = context_.reader, name = context_.consumer, schedule](relay_parked_read& r) {
           r.events = reader.parked_of(name, schedule, limits::outbox_relay_batch_events_max);
         });
  }

  // One job at a time; what it cannot read becomes a fault, and the tick tries again.
  template <class Result, class Fill>
  void read(Result result, Fill fill) {
    const auto self = caf::actor_cast<caf::actor>(self_);
    reading_ = post_read(context_.reads, self, "outbox", std::move(result), std::move(fill)) ==
               job_runner::posted::yes;
  }

  void deliver_what_waits() {
    store_progress();
    patience_ = context_.patience;
    pausing_ = false;
    if (progress_->is_idle()) {
      measure();
      return go_on();  // there may be more
    }
    batch_ = delivery_ + 1;
    deliver();
  }

  void deliver_again() {
    if (!std::exchange(pausing_, false)) {
      meters_.redeliveries.add();
      patience_ = std::min(patience_ * 2, std::max(limits::outbox_retry_max, context_.patience));
      log(log_level::warning, "outbox", "no answer, delivering again",
          {{"consumer", context_.consumer}, {"after", progress_->position()}});
    }
    deliver();
  }

  void deliver() {
    deliver_again_at_ = context_.time.now() + patience_;
    pass(fault_point::events_read);
    self_->send(context_.to, deliver_events{++delivery_, progress_->waiting(), held_});
    pass(fault_point::events_sent);
    if (is_planted(planted_bug::relay_runs_ahead)) {
      std::ignore = progress_->consumer_applied(progress_->waiting().back().sequence);
      store_progress();
    }
    measure();
  }

  // At most one write at a time: while it is under way the next grows.
  void store_progress() {
    if (writing_ || !progress_) return;
    if (stored_ == progress_->passed() && !progress_->owes_store()) return;
    auto news = progress_->unstored();
    payment_write w;
    w.consumed = {context_.consumer, news.position};
    w.parked = news.parked;
    w.replayed = news.replayed;
    w.at = context_.time.now();
    using queue = committer<payment_write>::submitted;
    if (context_.commits.submit(writer_, generation_, ticket_ + 1, std::move(w)) == queue::full)
      return;
    ++ticket_;
    written_ = std::move(news);
    writing_ = true;
  }

  void prune() {
    auto job = [&store = context_.store, to = caf::actor_cast<caf::actor>(self_),
                before = context_.time.now() - context_.published_kept,
                consumers = context_.consumers] {
      outbox_pruned done;
      try {
        done.rows = store.prune_outbox(before, limits::prune_rows_max, consumers);
      } catch (const std::exception& e) {
        log(log_level::warning, "outbox", "old events were not pruned", {{"error", e.what()}});
      }
      caf::anon_send(to, done);
    };
    // A full queue is no loss: the next round prunes.
    static_cast<void>(context_.commit_jobs.post(std::move(job)));
  }

  void measure() {
    const auto& waiting = progress_->waiting();
    meters_.lag_events.set(static_cast<std::int64_t>(waiting.size()));
    const auto age = waiting.empty() ? seconds{0}
                                     : std::chrono::duration_cast<seconds>(
                                           context_.time.now() - waiting.front().occurred_at);
    meters_.lag_seconds.set(std::max<std::int64_t>(0, age.count()));
    meters_.parked_events.set(static_cast<std::int64_t>(progress_->parked_events()));
  }

  interface::pointer self_;
  relay_context context_;
  relay_meters meters_;
  std::optional<relay_position_read> believed_;  // empty until read
  std::optional<relay_progress> progress_;       // empty until the consumer has said what it holds
  std::uint64_t asked_{0};                       // the newest question
  std::uint64_t held_{0};                        // what the consumer said it holds
  bool reading_{false};
  bool wanted_{false};  // a look at the store, since the last one began
  std::deque<schedule_id> to_replay_;
  std::uint64_t delivery_{0};
  std::uint64_t batch_{0};  // the first delivery of what waits now
  bool pausing_{false};     // the next delivery follows a refusal, not silence
  milliseconds patience_;
  time_point deliver_again_at_{}, prune_at_{}, look_again_at_{};
  bool resting_{false};  // a relay_look is under way

  std::uint32_t writer_{0};
  std::uint32_t generation_{1};
  std::uint64_t ticket_{0};
  bool writing_{false};
  relay_progress::news written_;
  std::uint64_t stored_{none_stored};
};

}  // namespace

outbox_relay_actor spawn_outbox_relay(caf::actor_system& system, relay_context context) {
  return spawn_actor<outbox_relay_state>(system, std::move(context));
}

}  // namespace boxoffice
