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
  // Drawn apart from those above, so that a choice of those alone runs as it did before these came.
  standing_by,     ///< the whole run: two nodes per service, one owns its store, one stands by
  handed_over,     ///< an owner ends as asked, and releases its store
  cut_off,         ///< a node does not reach its store, which others do
  suspended,       ///< both nodes of a service stand still at the same time
  look_failed,     ///< a standby does not see the row of the owner, at once or after a while
  probe_refused,   ///< for a while a store refuses what an owner writes when nobody else does
  take_over_late,  ///< a standby stands still before it takes over, or right behind that
  linked,          ///< the whole run, where nodes stand by: commands travel over links
  link_cut,        ///< a connection ends, seen by both sides or by one
  link_stalled,    ///< a connection stands still in one direction
  dial_failed,     ///< a node is not reached when it is dialled
  machine_failed,  ///< an owner is not heard any more, dies, and its next life cannot read at first
};
inline constexpr std::size_t fault_kinds = 31;
inline constexpr auto first_later_kind = static_cast<std::size_t>(fault_kind::standing_by);

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
  /// `later` is thrown for the kinds from `standing_by` on.
  fault_plan(const fault_choice& choice, dice& random, dice& later);

  /// Whether `kind` happens now; counts it.
  bool strikes(fault_kind kind);
  /// Nothing goes wrong before the one and after the other.
  void begin() { striking_ = true; }
  void heal() { striking_ = false; }
  [[nodiscard]] bool is_striking() const { return striking_; }
  [[nodiscard]] const fault_counts& counts() const { return counts_; }
  /// Whether commands travel over links.
  [[nodiscard]] bool links() const { return stands_by() && rate(fault_kind::linked) != 0; }
  /// Whether every service has a node that stands by.
  [[nodiscard]] bool stands_by() const { return rate(fault_kind::standing_by) != 0; }
  [[nodiscard]] bool touches_clocks() const {
    return rate(fault_kind::clock_forward) != 0 || rate(fault_kind::clock_back) != 0;
  }

 private:
  [[nodiscard]] std::uint64_t rate(fault_kind kind) const {
    return one_in_[static_cast<std::size_t>(kind)];
  }
  [[nodiscard]] dice& dice_of(std::size_t kind) {
    return kind < first_later_kind ? random_ : later_;
  }
  void never(fault_kind kind) { one_in_[static_cast<std::size_t>(kind)] = 0; }

  dice& random_;
  dice& later_;
  std::array<std::uint64_t, fault_kinds> one_in_{};  // 0: never
  fault_counts counts_{};
  bool striking_{false};
};

}  // namespace boxoffice::simulation
