#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace boxoffice::simulation {

/// What can go wrong.
enum class fault_kind : std::uint8_t {
  message_lost,      ///< a command or an event never arrives
  message_doubled,   ///< it arrives twice
  message_late,      ///< it arrives seconds later, behind younger ones
  reply_lost,        ///< done, and nobody hears of it
  reply_doubled,     ///< heard twice
  reply_late,        ///< heard when nobody waits any more
  commit_failed,     ///< a transaction rolls back
  commit_forgotten,  ///< its outcome is lost, and it was not done
  commit_unheard,    ///< its outcome is lost, and it was done
  write_refused,     ///< for a while the store refuses one entity for what is in its writes
  read_failed,       ///< a store cannot be read
  reads_full,        ///< the queue of reads is full
  crash,             ///< a service ends between any two steps and comes back from its store
  crash_at_start,    ///< … and again while it recovers
  pause,             ///< a service stands still and then goes on
  usurped,           ///< it stands still, is replaced, and wakes beside its successor
  clock_forward,     ///< the clock of one service jumps ahead
  clock_back,        ///< … or back
  set_back,          ///< a service comes back to a store that has lost its last commits
};
inline constexpr std::size_t fault_kinds = 19;

std::string_view name_of(fault_kind kind);

/// How often each kind happened.
using fault_counts = std::array<std::uint64_t, fault_kinds>;

/// Random numbers of one run: the same seed, the same sequence, on every machine.
class dice {
 public:
  explicit dice(std::uint64_t seed) : engine_{seed} {}
  std::uint64_t next() { return engine_(); }
  /// Uniform enough in [0, n). **Requires** n > 0.
  std::uint64_t below(std::uint64_t n) { return engine_() % n; }
  std::uint64_t between(std::uint64_t low, std::uint64_t high) {
    return low + below(high - low + 1);
  }
  bool one_in(std::uint64_t n) { return below(n) == 0; }

 private:
  std::mt19937_64 engine_;
};

/// Which kinds may happen: all, or a list of names.
class fault_choice {
 public:
  fault_choice() { allowed_.fill(true); }
  /// "all", "none" or names separated by commas; throws std::invalid_argument.
  static fault_choice parse(std::string_view text);
  [[nodiscard]] bool allows(fault_kind kind) const {
    return allowed_[static_cast<std::size_t>(kind)];
  }

 private:
  std::array<bool, fault_kinds> allowed_{};
};

/// Decides when what goes wrong. Each seed draws its own mix: some kinds never, some rarely, some
/// often, so that runs differ in kind and not only in order.
class fault_plan {
 public:
  fault_plan(const fault_choice& choice, dice& random);

  /// Whether `kind` happens now; counts it.
  bool strikes(fault_kind kind);
  /// Nothing goes wrong before the one and after the other.
  void begin() { striking_ = true; }
  void heal() { striking_ = false; }
  [[nodiscard]] bool is_striking() const { return striking_; }
  [[nodiscard]] const fault_counts& counts() const { return counts_; }
  [[nodiscard]] bool replaces_owners() const { return rate(fault_kind::usurped) != 0; }
  [[nodiscard]] bool touches_clocks() const {
    return rate(fault_kind::clock_forward) != 0 || rate(fault_kind::clock_back) != 0;
  }

 private:
  [[nodiscard]] std::uint64_t rate(fault_kind kind) const {
    return one_in_[static_cast<std::size_t>(kind)];
  }

  dice& random_;
  std::array<std::uint64_t, fault_kinds> one_in_{};  // 0: never
  fault_counts counts_{};
  bool striking_{false};
};

}  // namespace boxoffice::simulation
