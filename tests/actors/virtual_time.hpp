#pragma once

#include "actors/caf/actor.hpp"
#include "actors/caf/message.hpp"
#include "actors/commit/job_runner.hpp"
#include "actors/core/metrics.hpp"
#include "actors/core/random.hpp"
#include "actors/core/time.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <tuple>
#include <utility>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

namespace boxoffice::testing {

/// 2026-06-01T00:00:00Z, where virtual time begins.
inline constexpr time_point beginning{milliseconds{1780272000000}};

class manual_clock final : public clock {
 public:
  [[nodiscard]] time_point now() const override { return now_; }
  void set(time_point at) { now_ = at; }

 private:
  time_point now_{beginning};
};

class seeded_random final : public random_source {
 public:
  explicit seeded_random(std::uint64_t seed) : engine_{seed} {}
  std::uint64_t next() override { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

/// Jobs wait here until `virtual_time::run` (or `run_one`) runs them, on the test's own thread.
class queued_runner final : public job_runner {
 public:
  posted post(std::function<void()> job) override {
    if (stopped_) return posted::no;
    jobs_.push_back(std::move(job));
    return posted::yes;
  }
  bool run_one() {
    if (jobs_.empty() || held_) return false;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    job();
    return true;
  }
  /// While held, jobs queue up: a slow store.
  void hold() { held_ = true; }
  void resume() { held_ = false; }
  void stop() { stopped_ = true, jobs_.clear(); }

 private:
  std::deque<std::function<void()>> jobs_;
  bool held_{false};
  bool stopped_{false};
};

/// One actor system on the test's own thread, in virtual time: nothing happens except in `run` and
/// `advance`. Spawn actors through `system()`, and tell `owns` about every handle that should end
/// with the test (CAF waits for the last actor).
class virtual_time {
 public:
  explicit virtual_time(std::uint64_t seed = 1);
  ~virtual_time();
  virtual_time(const virtual_time&) = delete;
  virtual_time& operator=(const virtual_time&) = delete;

  caf::actor_system& system() { return *system_; }
  const manual_clock& clock() const { return clock_; }
  [[nodiscard]] time_point now() const { return clock_.now(); }
  seeded_random& random() { return random_; }
  boxoffice::metrics& metrics() { return metrics_; }
  /// For committers and for readers; both run in `run`.
  queued_runner& commits() { return commits_; }
  queued_runner& reads() { return reads_; }

  template <class Handle>
  Handle owns(Handle handle) {
    owned_.push_back(caf::actor_cast<caf::actor>(handle));
    return handle;
  }

  /// Runs messages and jobs until nothing is left to do now.
  void run();
  /// Runs only messages, no store jobs.
  void run_actors();
  /// Moves the clock, firing timers in order and running after each, then `run`.
  void advance(milliseconds by);
  /// Moves the clock without firing anything: what a stalled process sees when it wakes.
  void jump(milliseconds by) { clock_.set(clock_.now() + by); }

 private:
  caf::scheduler::test_coordinator& scheduler();

  caf::actor_system_config config_;
  manual_clock clock_;
  seeded_random random_;
  boxoffice::metrics metrics_;
  queued_runner commits_, reads_;
  std::unique_ptr<caf::actor_system> system_;
  std::vector<caf::actor> owned_;
};

/// An actor that keeps every message of the given types that it receives.
template <class... Replies>
class inbox {
 public:
  using kept_replies = std::tuple<std::vector<Replies>...>;

  explicit inbox(virtual_time& time) : time_{time} {
    actor_ = time.owns(time.system().spawn(
        [](caf::event_based_actor* self, kept_replies* kept) -> caf::behavior {
          self->set_default_handler(caf::drop);
          return {
              [kept](const Replies& m) { std::get<std::vector<Replies>>(*kept).push_back(m); }...};
        },
        &kept_));
  }

  /// Sends in the name of this inbox, and runs everything that follows from it.
  template <class Handle, class Message>
  void send(const Handle& to, Message message) {
    post(to, std::move(message));
    time_.run();
  }
  /// Sends without running anything.
  template <class Handle, class Message>
  void post(const Handle& to, Message message) {
    caf::send_as(actor_, to, std::move(message));
  }
  template <class Reply>
  std::vector<Reply>& all() {
    return std::get<std::vector<Reply>>(kept_);
  }
  /// The last reply of this kind; fails the test's process when there is none.
  template <class Reply>
  Reply& last() {
    return all<Reply>().at(all<Reply>().size() - 1);
  }
  [[nodiscard]] const caf::actor& actor() const { return actor_; }

 private:
  virtual_time& time_;
  kept_replies kept_;
  caf::actor actor_;
};

}  // namespace boxoffice::testing
