#pragma once

#include "actors/commit/job_runner.hpp"
#include "actors/commit/store_board.hpp"
#include "actors/core/metrics.hpp"
#include "actors/core/random.hpp"
#include "tests/actors/virtual_time.hpp"
#include "tests/simulation/faults.hpp"
#include "tests/simulation/services.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>

namespace boxoffice::simulation {

/// What a clock shows that goes at `rate` thousandths of real time.
time_point own_time(time_point world_now, std::int64_t rate);

/// Store jobs of one process, run one at a time when the world says so.
class stepped_runner final : public job_runner {
 public:
  /// `full` is asked before each job whether the queue has room for it; `around` runs the job.
  std::function<bool()> full;
  std::function<void(const std::function<void()>&)> around;

  posted post(std::function<void()> job) override;
  /// The second half of the job that runs: nothing comes between.
  void go_on_with(std::function<void()> rest) { jobs_.push_front(std::move(rest)); }
  [[nodiscard]] bool has_job() const { return !jobs_.empty(); }
  void run_one();
  void stop();

 private:
  std::deque<std::function<void()>> jobs_;
  bool stopped_{false};
};

/// One life of one service: an actor system of its own on the world's only thread, with its own
/// clock, and nothing shared with other processes but their stores' rows and the network.
///
/// Life cycle: running ⇄ paused → ending → dead. Death is `kill -9`: whatever its actors still do
/// while they are taken down reaches neither store nor network. One that is ending hears nothing
/// any more, says nothing, and finishes the commits that are queued.
class process {
 public:
  /// `lease`: as of store_board.
  process(service what, std::uint64_t number, std::uint64_t epoch, std::uint64_t seed,
          milliseconds lease);
  virtual ~process();
  process(const process&) = delete;
  process& operator=(const process&) = delete;

  [[nodiscard]] service what() const { return what_; }
  /// No two lives have the same.
  [[nodiscard]] std::uint64_t number() const { return number_; }
  /// Under which it took its store over.
  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }

  /// Messages and store jobs that could be handled now.
  [[nodiscard]] std::size_t ready();
  /// Handles one of them, as the dice fall.
  void step(dice& random);
  /// Time passes here too; timers of a paused process fire when it goes on.
  void pass(time_point world_now, milliseconds step);
  [[nodiscard]] std::optional<milliseconds> next_timer();

  void pause() { paused_ = true; }
  void go_on();
  void die();
  virtual void end_as_asked() { ending_ = true; }
  /// Its actors are there: whoever asks is answered.
  virtual void opens() {}
  void jump_clock(milliseconds by) { skew_ += by; }
  void set_clock_right() { skew_ = milliseconds{0}; }
  /// Until then it cannot read its store.
  void be_blind(time_point until) { blind_until_ = until; }
  /// It is kept from its store, or its store from it.
  void disturb() { late_ = true; }
  /// Since it was disturbed it has committed nothing: whoever takes over does so with reason.
  [[nodiscard]] bool is_late() const { return late_; }
  /// How fast its clock for leases goes. **Units** thousandths of real time.
  void set_rate(std::int64_t rate) { rate_ = rate; }
  /// A small transaction in its store, for which time passes: it shows to others that this process
  /// lives, and to this one that it still owns the store.
  virtual void probe() = 0;
  [[nodiscard]] const store_board& board() const { return board_; }
  [[nodiscard]] bool is_paused() const { return paused_; }
  [[nodiscard]] bool is_dead() const { return dead_; }
  [[nodiscard]] bool is_ending() const { return ending_; }

  /// Where messages for `d` go. **Requires** that `d` lives here.
  [[nodiscard]] const caf::actor& handle(desk d) const {
    return desks_[static_cast<std::size_t>(d)];
  }
  /// In whose name they are sent: it takes the answers.
  [[nodiscard]] const caf::actor& entry() const { return entry_; }
  /// By its own clock, which may be wrong.
  [[nodiscard]] time_point now() const { return clock_.now(); }

 protected:
  caf::actor_system& system() { return *system_; }
  boxoffice::metrics& metrics() { return metrics_; }
  const clock& time() const { return clock_; }
  store_board& stores() { return board_; }
  [[nodiscard]] bool is_blind(time_point world_now) const { return world_now < blind_until_; }
  void transacted(bool committed) { late_ = !committed; }
  random_source& random() { return random_; }
  stepped_runner& commits() { return commits_; }
  stepped_runner& reads() { return reads_; }
  template <class Handle>
  Handle owns(Handle handle) {
    owned_.push_back(caf::actor_cast<caf::actor>(handle));
    return handle;
  }
  template <class Handle>
  void serves(desk d, const Handle& h) {
    desks_[static_cast<std::size_t>(d)] = caf::actor_cast<caf::actor>(h);
  }
  void enters_by(caf::actor entry) { entry_ = std::move(entry); }
  /// The derived class ends its actors first in its destructor, while what they use still lives,
  /// lets go of every handle, and then ends the system.
  void end_actors();
  void end_system() { system_.reset(); }

 private:
  caf::scheduler::test_coordinator& scheduler();

  const service what_;
  const std::uint64_t number_, epoch_;
  caf::actor_system_config config_;
  testing::manual_clock clock_, steady_;  // the second one never jumps
  testing::seeded_random random_;
  boxoffice::metrics metrics_;
  store_board board_;
  stepped_runner commits_, reads_;
  std::unique_ptr<caf::actor_system> system_;
  std::vector<caf::actor> owned_;
  std::array<caf::actor, desk_count> desks_;
  caf::actor entry_;
  milliseconds skew_{0}, owed_{0};
  std::int64_t rate_{1'000};
  time_point blind_until_{};
  bool paused_{false}, ending_{false}, dead_{false}, late_{true};
};

}  // namespace boxoffice::simulation
