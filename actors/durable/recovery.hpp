#pragma once

#include "actors/caf/actor.hpp"
#include "actors/core/fault.hpp"
#include "actors/core/time.hpp"
#include "actors/durable/call_deadlines.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace boxoffice {

/// The life of what a durable actor has in memory: read from the store at the start, thrown away
/// and read again when a commit did not go as decided.
///
///     idle ──wanted──▶ loading ──loaded──▶ serving ──a write did not go as decided──▶ loading
///                         │ cannot be read                    │ the second batch in a row fails
///                         ▼                                   ▼
///                       away ── after a pause: loaded ──▶ serving
///
/// Commands that come while it is loading wait; while it is away they are refused, for nobody knows
/// how long that takes. Idle is what nobody has asked for, or not for long. A command whose client
/// has given up is refused instead of carried out, as it comes and after it has waited.
///
/// Who answers questions from memory asks for `resting::reads`: after the second batch in a row it
/// is loaded at once, and until the pause is over only commands that write are refused.
/// **Thread**: its actor's.
class recovery {
 public:
  enum class phase : std::uint8_t { idle, loading, serving, away };
  /// Called with `fault::none` to run, otherwise to be refused.
  using command = std::function<void(fault)>;
  /// What happens in the pause after a second batch in a row has failed.
  enum class resting : std::uint8_t { away, reads };
  enum class effect : std::uint8_t { writes, reads };

  /// `load` begins to read the store, and ends, later, in `loaded` or `failed`.
  /// **Units** `stash_max` in commands.
  recovery(std::size_t stash_max, std::function<void()> load, timer_fn later,
           call_deadlines deadlines = {}, resting how = resting::away);

  /// Loads what is idle.
  void start();
  /// Nothing is in memory any more, and nobody wants it. **Requires** that it serves.
  void passivate();

  [[nodiscard]] phase at() const { return phase_; }
  [[nodiscard]] bool serves() const { return phase_ == phase::serving; }
  [[nodiscard]] bool takes_writes() const { return serves() && !rests_; }
  /// The same for this command: it need not go through `admit`.
  [[nodiscard]] bool serves(const call_context& of) const {
    return serves() && !deadlines_.is_over(of.deadline);
  }
  [[nodiscard]] bool takes_writes(const call_context& of) const {
    return takes_writes() && !deadlines_.is_over(of.deadline);
  }
  /// Which memory this is. What was begun under another number is void.
  [[nodiscard]] std::uint32_t number() const { return number_; }

  /// Runs it, lets it wait for the load, or refuses it: `unavailable`, also when its client has
  /// given up, or `overloaded` when too many wait.
  void admit(const call_context& of, command c, effect what = effect::writes);
  /// Whether the client of a command that waited elsewhere has given up. Whoever is told so refuses
  /// the command: it is counted.
  [[nodiscard]] bool is_given_up(time_point deadline);
  enum class cause : std::uint8_t {
    refused,  ///< the store is well, and refused a write: what comes meanwhile waits
    failed,   ///< a batch failed: the store may be away
  };
  /// What is in memory is void. It is read again at once; when nothing became durable since the
  /// last time, after a pause that grows, so that no fault can make a busy loop.
  void reload(cause why);
  /// A write became durable.
  void proven() {
    if (unproven_) prove();
  }

  /// The store was read, and memory is what it says: runs what waits.
  void loaded();
  /// It could not be read: refuses what waits, and tries again.
  void failed();

 private:
  struct waiting {
    command run;
    time_point deadline;
  };

  void stash(waiting w);
  void load_after_pause();
  void rest();
  void in(milliseconds pause, void (recovery::*then)());
  void load() { load_(); }
  void wake() { rests_ = false; }
  void prove();
  void run_stash(fault how);

  std::size_t stash_max_;
  std::function<void()> load_;
  timer_fn later_;
  call_deadlines deadlines_;
  phase phase_{phase::idle};
  std::uint32_t number_{1};
  const resting how_;
  milliseconds pause_;
  bool rests_{false};
  bool unproven_{false};  // nothing became durable since it was read again
  std::vector<waiting> stash_;
};

}  // namespace boxoffice
