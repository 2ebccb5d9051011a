#include "actors/outbox/outbox_relay.hpp"

#include "actors/core/fault_points.hpp"
#include "actors/core/planted_bugs.hpp"
#include "actors/durable/journal.hpp"
#include "actors/durable/recovery.hpp"
#include "actors/durable/store_reads.hpp"
#include "actors/outbox/consumer_opening.hpp"
#include "actors/outbox/relay_metrics.hpp"
#include "actors/outbox/relay_progress.hpp"
#include "actors/outbox/relay_reads.hpp"
#include "logging/log.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

namespace boxoffice {
namespace {

milliseconds pause_before_try(int tries) {
  auto pause = limits::outbox_retry_first;
  for (int i = 1; i < tries && pause < limits::outbox_retry_max; ++i)
    pause *= 2;
  return std::min(pause, limits::outbox_retry_max);
}

/// The relay of one consumer. Life cycle: starting (reads its position) → opening the consumer →
/// idle ⇄ reading → delivering → …; the poll leads out of every wait.
class outbox_relay_state {
 public:
  using interface = accepts_also<outbox_relay_actor, commit_report, continuation>;
  static constexpr auto name = "outbox";

  outbox_relay_state(interface::pointer self, relay_context context)
      : self_{self},
        context_{std::move(context)},
        metrics_{context_.metrics, context_.consumer},
        patience_{context_.patience},
        writes_{context_.commits, [to = caf::actor_cast<caf::actor>(self)](
                                      const commit_report& report) { caf::anon_send(to, report); }},
        reads_{context_.reader, context_.reads, caf::actor_cast<caf::actor>(self), name},
        memory_{0, [this] { read_position(); }, timer_of(self)},
        opening_{{context_.time, context_.consumer, context_.to, context_.fills,
                  consumer_opening::purpose::deliveries, [this] { return !writes_.empty(); },
                  [this](const consumer_opening::opened& at) { begin(at); }},
                 caf::actor_cast<caf::actor>(self),
                 reads_,
                 memory_,
                 metrics_.fillings} {
    keep_polling();
    memory_.start();
  }

  void on(const outbox_appended&) { go_on(); }

  void on(const replay_parked& m) {
    if (std::ranges::count(to_replay_, m.schedule) == 0) to_replay_.push_back(m.schedule);
    go_on();
  }

  void on(const applied_so_far& m) {
    if (!progress_) return opening_.on(m);
    if (m.correlation == delivery_) start_again(m);
  }

  void on(const board_filled& m) { opening_.on(m); }

  void on(const events_applied& m) {
    pass(fault_point::events_applied);
    if (!progress_ || m.correlation < batch_) return;  // about a batch that is over
    held_ = std::max(held_, m.sequence);
    if (progress_->consumer_applied(m.sequence) == relay_progress::applied::nothing_new) return;
    deliver_what_waits();
  }

  void on(const event_refused& m) {
    if (!progress_ || m.correlation != delivery_) return;  // the newest delivery is answered too
    using refused = relay_progress::refused;
    const auto for_now = m.how == event_refused::lasting::for_now;
    const auto reason = m.reason.substr(0, limits::parked_reason_chars_max);
    const auto from = progress_->origin_of(m.sequence);
    switch (progress_->consumer_refused(m.sequence, reason, for_now, context_.time.now())) {
      case refused::ignored:
        return;
      case refused::try_later:
        store_progress();
        metrics_.refusals.add();
        pausing_ = true;
        deliver_again_at_ = context_.time.now() + pause_before_try(progress_->tries());
        return;
      case refused::parked:
        metrics_.refusals.add();
        log(log_level::error, from, name, "an event is parked with what follows of its schedule",
            {{"consumer", context_.consumer}, {"sequence", m.sequence}, {"reason", reason}});
        return deliver_what_waits();
    }
  }

  void on(const commit_report& m) {
    writes_.settle(m, settled_);
    if (settled_.failed()) {
      // Nothing else depends on it: it is written again, by the poll.
      entity_ = writes_.new_entity();
      stored_ = none_stored;
      return;
    }
    for (const auto& written : settled_.durable)
      if (written.memory == memory_.number()) made_durable(written.what);
    if (settled_.refused) {
      entity_ = writes_.new_entity();
      if (settled_.refused->memory == memory_.number()) cannot_store(settled_.refused->what);
    }
    store_progress();
    if (wanted_) go_on();
  }

 private:
  /// What is being told to the store, and of which start of the relay.
  struct entry {
    relay_progress::unsaved what;
    std::uint32_t memory{0};
  };
  using relay_journal = journal<payment_write, entry>;
  static constexpr std::uint64_t none_stored = ~std::uint64_t{0};

  void keep_polling() {
    run_later(self_, limits::outbox_poll_every, [this] {
      keep_polling();
      poll();
    });
  }

  void poll() {
    const auto now = context_.time.now();
    if (!progress_) {
      if (believed_) opening_.poll(++delivery_);
      return;
    }
    store_progress();
    if (!progress_->is_idle() && now >= deliver_again_at_) deliver_again();
    go_on();
    measure();
  }

  // One question at a time; what was asked before a new start is not heard.
  template <class Read, class Then>
  void ask(Read read, Then then) {
    reading_ = true;
    reads_.ask_within(memory_, std::move(read),
                      [this, then = std::move(then)](fault failed, auto& found) mutable {
                        reading_ = false;
                        then(failed, found);
                      });
  }

  void read_position() {
    ask([name = context_.consumer](payment_reader& reader) { return read(reader, name); },
        [this](fault failed, relay_position& found) {
          if (failed != fault::none) return memory_.failed();
          believed_ = std::move(found);
          opening_.ask(believed_->sequence, ++delivery_);
        });
  }

  void begin(const consumer_opening::opened& at) {
    memory_.loaded();
    if (entity_ == 0) entity_ = writes_.new_entity();
    progress_.emplace(context_.consumer, believed_->sequence, believed_->parked,
                      limits::outbox_event_tries_max);
    if (at.position > believed_->sequence) progress_->filled_through(at.position);
    held_ = at.held;
    take_pruned(at.pruned);
    if (at.missed == consumer_opening::opened::gap::yes) {
      metrics_.gaps.add();
      log(log_level::error, name,
          "a consumer comes back after events that it never got were pruned",
          {{"consumer", context_.consumer}, {"after", at.position}, {"through", at.pruned}});
    }
    batch_ = delivery_ + 1;
    // Also when it has nothing yet: from now on the store prunes nothing it has not passed.
    store_progress();
    measure();
    go_on();
  }

  // What is parked from now on comes after what was pruned.
  void take_pruned(std::uint64_t through) {
    no_more_through_ = progress_->oldest_that_may_come(through) - 1;
    look_for_pruned_at_ = context_.time.now() + limits::prune_every;
  }

  // The consumer lost something in the middle of it. What is not stored yet is found again.
  void start_again(const applied_so_far& m) {
    if (m.through >= held_ || m.are == applied_so_far::books::none) return;
    opening_.stop();
    progress_.reset();
    believed_.reset();
    held_ = 0;
    stored_ = none_stored;
    reading_ = false;
    memory_.reload(recovery::cause::failed);
  }

  // Reads what is to be delivered next, once nothing is under way and everything parked is stored.
  void go_on() {
    wanted_ = true;
    if (reading_ || !progress_ || !progress_->is_idle() || progress_->owes_store()) return;
    while (!progress_->replays() && !to_replay_.empty()) {
      static_cast<void>(progress_->begin_replay(to_replay_.front()));
      to_replay_.pop_front();
    }
    if (const auto schedule = progress_->replays()) {
      wanted_ = false;
      return read_parked(*schedule);
    }
    const auto rest = look_again_at_ - context_.time.now();
    if (rest > milliseconds{0} && rest <= limits::outbox_relay_pause) {
      if (!std::exchange(resting_, true))
        run_later(self_, rest, [this] {
          resting_ = false;
          if (wanted_) go_on();
        });
      return;
    }
    wanted_ = false;
    ask(
        [after = progress_->position(), batch = context_.batch_events_max,
         pruned_too = context_.time.now() >= look_for_pruned_at_](payment_reader& reader) {
          relay_portion found{reader.events_after(after, batch), {}};
          if (pruned_too) found.pruned = reader.pruned_through();
          return found;
        },
        [this](fault failed, relay_portion& found) { give(failed, found); });
  }

  void give(fault failed, relay_portion& found) {
    if (failed != fault::none || !progress_ || !progress_->is_idle()) return;
    if (found.pruned) take_pruned(*found.pruned);
    auto& events = found.events;
    // A full portion says that there is more; else what comes in the pause is taken together.
    if (!events.empty() && events.size() < context_.batch_events_max)
      look_again_at_ = context_.time.now() + limits::outbox_relay_pause;
    if (events.empty()) {
      measure();
      if (wanted_) go_on();
      return;
    }
    progress_->give(std::move(events), context_.time.now());
    deliver_what_waits();
  }

  void read_parked(schedule_id schedule) {
    ask(
        [name = context_.consumer, schedule](payment_reader& reader) {
          return reader.parked_of(name, schedule, limits::outbox_relay_batch_events_max);
        },
        [this](fault failed, std::vector<parked_event>& found) {
          if (failed != fault::none || !progress_ || !progress_->is_idle() || !progress_->replays())
            return;
          if (found.empty())
            log(log_level::info, name, "replayed",
                {{"consumer", context_.consumer}, {"schedule_id", to_text(*progress_->replays())}});
          progress_->give_again(found);
          deliver_what_waits();
        });
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
      metrics_.redeliveries.add();
      patience_ = std::min(patience_ * 2, std::max(limits::outbox_retry_max, context_.patience));
      log(log_level::warning, name, "no answer, delivering again",
          {{"consumer", context_.consumer}, {"after", progress_->position()}});
    }
    deliver();
  }

  void deliver() {
    deliver_again_at_ = context_.time.now() + patience_;
    pass(fault_point::events_read);
    if (log_enabled(log_level::debug))
      for (const auto& e : progress_->waiting())
        log(log_level::debug, e.from, name, "an event is delivered",
            {{"consumer", context_.consumer}, {"payment_id", to_text(e.payment)}});
    using unmarked = deliver_events::unmarked;
    self_->send(context_.to,
                deliver_events{++delivery_, progress_->waiting(), held_,
                               progress_->replays() ? unmarked::is_new : unmarked::is_repeated,
                               no_more_through_});
    pass(fault_point::events_sent);
    if (is_planted(planted_bug::relay_runs_ahead)) {
      std::ignore = progress_->consumer_applied(progress_->waiting().back().sequence);
      store_progress();
    }
    measure();
  }

  // At most one write at a time: while it is under way the next grows.
  void store_progress() {
    if (!progress_ || !writes_.empty() || context_.time.now() < store_again_at_) return;
    if (stored_ == progress_->passed() && !progress_->owes_store()) return;
    auto unsaved = alone_ ? progress_->unstored(1) : progress_->unstored();
    payment_write w;
    w.consumed = {context_.consumer, unsaved.position};
    w.parked = unsaved.parked;
    w.replayed = unsaved.replayed;
    w.at = context_.time.now();
    // When the committer is full the poll tries again.
    entry e{std::move(unsaved), memory_.number()};
    std::ignore = writes_.submit(entity_, w, e);
  }

  void made_durable(const relay_progress::unsaved& written) {
    memory_.proven();
    progress_->stored(written);
    alone_ = alone_ && progress_->owes_store();
    stored_ = written.position;
    store_pause_ = limits::outbox_retry_first;
  }

  // One event alone may be to blame; others of this consumer go on without it. What cannot be
  // written at all is tried again after growing pauses, while deliveries go on.
  void cannot_store(const relay_progress::unsaved& refused) {
    if (refused.parked.size() > 1) {
      alone_ = true;
      return;
    }
    log(log_level::error, name, "the store refuses how far a consumer is",
        {{"consumer", context_.consumer},
         {"position", refused.position},
         {"reason", settled_.reason}});
    if (!refused.parked.empty()) progress_->cannot_store(refused.parked.front().event.sequence);
    store_again_at_ = context_.time.now() + store_pause_;
    store_pause_ = std::min(store_pause_ * 2, limits::outbox_refused_retry_max);
  }

  void measure() {
    const auto& waiting = progress_->waiting();
    metrics_.lag_events.set(static_cast<std::int64_t>(waiting.size()));
    const auto age = waiting.empty() ? seconds{0}
                                     : std::chrono::duration_cast<seconds>(
                                           context_.time.now() - waiting.front().occurred_at);
    metrics_.lag_seconds.set(std::max<std::int64_t>(0, age.count()));
    metrics_.parked_events.set(static_cast<std::int64_t>(progress_->parked_events()));
  }

  interface::pointer self_;
  relay_context context_;
  relay_metrics metrics_;
  std::optional<relay_position> believed_;  // empty until read
  std::optional<relay_progress> progress_;  // empty until the consumer has said what it holds
  std::uint64_t held_{0};                   // what the consumer said it holds
  bool reading_{false};
  bool wanted_{false};  // a look at the store, since the last one began
  std::deque<schedule_id> to_replay_;
  std::uint64_t delivery_{0};
  std::uint64_t batch_{0};  // the first delivery of what waits now
  bool pausing_{false};     // the next delivery follows a refusal, not silence
  milliseconds patience_;
  time_point deliver_again_at_{}, look_again_at_{}, store_again_at_{}, look_for_pruned_at_{};
  std::uint64_t no_more_through_{0};  // nothing up to here is delivered again
  bool resting_{false};               // the pause between two looks at the outbox

  relay_journal writes_;
  relay_journal::outcome settled_;
  store_reads<payment_reader> reads_;
  recovery memory_;
  consumer_opening opening_;
  std::uint64_t entity_{0};
  std::uint64_t stored_{none_stored};
  bool alone_{false};  // what is parked is written one by one, since a write was refused
  milliseconds store_pause_{limits::outbox_retry_first};
};

}  // namespace

outbox_relay_actor spawn_outbox_relay(caf::actor_system& system, relay_context context) {
  return spawn_actor<outbox_relay_state>(system, std::move(context));
}

}  // namespace boxoffice
