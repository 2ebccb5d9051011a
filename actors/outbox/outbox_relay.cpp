#include "actors/outbox/outbox_relay.hpp"

#include "actors/outbox/relay_progress.hpp"
#include "config/log.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace boxoffice {
namespace {

/// How far the consumer is, as the store has it.
struct relay_position_read {
  boxoffice::fault fault{fault::none};
  std::uint64_t sequence{0};
};
struct relay_events_read {
  boxoffice::fault fault{fault::none};
  std::vector<payment_event> events;
};
struct outbox_pruned {
  std::uint64_t rows{0};
};
struct relay_tick {};

template <class Inspector>
auto inspect(Inspector& f, relay_position_read& m) {
  return fields(f, m.fault, m.sequence);
}
template <class Inspector>
auto inspect(Inspector& f, relay_events_read& m) {
  return fields(f, m.fault, m.events);
}
template <class Inspector>
auto inspect(Inspector& f, outbox_pruned& m) {
  return fields(f, m.rows);
}
template <class Inspector>
auto inspect(Inspector& f, relay_tick&) {
  return fields(f);
}

/// The relay of one consumer. Life cycle: starting (reads its position) → idle ⇄ reading →
/// delivering → …; the poll tick leads out of every wait.
class outbox_relay_state {
 public:
  using interface = accepts_also<outbox_relay_actor, relay_position_read, relay_events_read,
                                 commit_report, outbox_pruned, relay_tick>;

  outbox_relay_state(interface::pointer self, relay_context context)
      : self_{self},
        context_{std::move(context)},
        lag_events_{context_.meters.level("boxoffice_outbox_lag_events",
                                          "Events read and not yet applied, at most one batch",
                                          {{"consumer", context_.consumer}})},
        lag_seconds_{context_.meters.level("boxoffice_outbox_lag_seconds",
                                           "Age of the oldest event not yet applied",
                                           {{"consumer", context_.consumer}})},
        redeliveries_{context_.meters.count("boxoffice_outbox_redeliveries_total",
                                            "Batches delivered again after silence",
                                            {{"consumer", context_.consumer}})},
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

  void on(const outbox_appended&) {
    appended_ = true;
    read_events();
  }

  void on(const relay_position_read& m) {
    reading_ = false;
    if (m.fault != fault::none) return;  // the tick tries again
    progress_.emplace(m.sequence);
    // Also when it has nothing yet: from now on the store prunes nothing it has not passed.
    store_position();
    read_events();
  }

  void on(relay_events_read& m) {
    reading_ = false;
    if (m.fault != fault::none || !progress_->is_idle()) return;
    if (m.events.empty()) {
      measure();
      if (appended_) read_events();
      return;
    }
    progress_->give(std::move(m.events));
    patience_ = context_.patience;
    deliver();
  }

  void on(const events_applied& m) {
    if (!progress_) return;
    const auto what = progress_->consumer_applied(m.sequence);
    if (what == relay_progress::applied::nothing_new) return;
    store_position();
    measure();
    if (what == relay_progress::applied::all) {
      appended_ = true;  // there may be more than one batch
      return read_events();
    }
    patience_ = context_.patience;
    deliver();
  }

  void on(const commit_report& m) {
    if (m.generation != generation_) return;
    writing_ = false;
    if (m.outcome != commit_outcome::committed) {
      // Nothing else depends on the position: it is written again, by the tick.
      ++generation_;
      stored_ = none_stored;
      return;
    }
    stored_ = written_;
    store_position();
  }

  void on(const outbox_pruned& m) {
    if (m.rows >= limits::prune_rows_max) prune();
  }

  void on(const relay_tick&) {
    const auto now = context_.time.now();
    self_->delayed_send(self_, limits::outbox_poll_every, relay_tick{});
    if (!progress_) return read_position();
    store_position();
    if (!progress_->is_idle() && now >= deliver_again_at_) {
      redeliveries_.add();
      patience_ = std::min(patience_ * 2, std::max(limits::outbox_retry_max, context_.patience));
      log(log_level::warning, "outbox", "no answer, delivering again",
          {{"consumer", context_.consumer}, {"after", progress_->position()}});
      deliver();
    }
    appended_ = true;
    read_events();
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
    read(relay_position_read{},
         [&reader = context_.reader, name = context_.consumer](relay_position_read& r) {
           r.sequence = reader.consumed_by(name);
         });
  }

  void read_events() {
    if (reading_ || !progress_ || !progress_->is_idle()) return;
    appended_ = false;
    read(relay_events_read{},
         [&reader = context_.reader, after = progress_->position()](relay_events_read& r) {
           r.events = reader.events_after(after, limits::outbox_relay_batch_events_max);
         });
  }

  // One job at a time; what it cannot read becomes a fault, and the tick tries again.
  template <class Result, class Fill>
  void read(Result result, Fill fill) {
    auto job = [to = caf::actor_cast<caf::actor>(self_), result = std::move(result),
                fill = std::move(fill)]() mutable {
      try {
        fill(result);
      } catch (const std::exception& e) {
        log(log_level::error, "outbox", "the store cannot be read", {{"error", e.what()}});
        result.fault = fault::unavailable;
      }
      caf::anon_send(to, std::move(result));
    };
    reading_ = context_.reads.post(std::move(job)) == job_runner::posted::yes;
  }

  void deliver() {
    deliver_again_at_ = context_.time.now() + patience_;
    self_->send(context_.to, deliver_events{++delivery_, progress_->waiting()});
    measure();
  }

  // At most one write at a time: while it is under way the next grows.
  void store_position() {
    if (writing_ || !progress_ || stored_ == progress_->position()) return;
    payment_write w;
    w.consumed = {context_.consumer, progress_->position()};
    w.at = context_.time.now();
    using queue = committer<payment_write>::submitted;
    if (context_.commits.submit(writer_, generation_, ticket_ + 1, std::move(w)) == queue::full)
      return;
    ++ticket_;
    written_ = progress_->position();
    writing_ = true;
  }

  void prune() {
    auto job = [&store = context_.store, to = caf::actor_cast<caf::actor>(self_),
                before = context_.time.now() - limits::outbox_published_kept] {
      outbox_pruned done;
      try {
        done.rows = store.prune_outbox(before, limits::prune_rows_max);
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
    lag_events_.set(static_cast<std::int64_t>(waiting.size()));
    const auto age = waiting.empty() ? seconds{0}
                                     : std::chrono::duration_cast<seconds>(
                                           context_.time.now() - waiting.front().occurred_at);
    lag_seconds_.set(std::max<std::int64_t>(0, age.count()));
  }

  interface::pointer self_;
  relay_context context_;
  gauge& lag_events_;
  gauge& lag_seconds_;
  counter& redeliveries_;
  std::optional<relay_progress> progress_;  // empty until read
  bool reading_{false};
  bool appended_{false};  // since the last read began
  std::uint64_t delivery_{0};
  milliseconds patience_;
  time_point deliver_again_at_{}, prune_at_{};

  std::uint32_t writer_{0};
  std::uint32_t generation_{1};
  std::uint64_t ticket_{0};
  bool writing_{false};
  std::uint64_t written_{none_stored}, stored_{none_stored};
};

}  // namespace

outbox_relay_actor spawn_outbox_relay(caf::actor_system& system, relay_context context) {
  return spawn_actor<outbox_relay_state>(system, std::move(context));
}

}  // namespace boxoffice
