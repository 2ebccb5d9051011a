#pragma once

#include "actors/core/time.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace boxoffice {

/// 128 bits of a cryptographic hash.
struct digest {
  std::uint64_t high{0};
  std::uint64_t low{0};

  constexpr auto operator<=>(const digest&) const = default;
};

/// What a retry is recognised by: `scope` hashes (user, method, path, Idempotency-Key), `body` the
/// request body as a JSON value. An absent key (internal callers) has a zero scope.
struct request_key {
  digest scope;
  digest body;

  constexpr auto operator<=>(const request_key&) const = default;
  [[nodiscard]] constexpr bool present() const { return scope != digest{}; }
};

/// What became of the key of a request, in every reply to a command that takes one.
enum class key_verdict : std::uint8_t {
  fresh,      ///< first time: the operation ran
  replayed,   ///< seen before with the same body: the reply is the first answer
  reused,     ///< seen before with another body: refused
  in_flight,  ///< the first one is still running
};

/// The keys one service knows, without their answers: which run right now, and which may stand in
/// the store. It lets a service answer "never seen" without asking the store, which is what nearly
/// every request is.
///
/// Life cycle: `remember` every key the store holds at start; `begin` when a command arrives;
/// after look_up `run` when the store did not have it; `finish` when it has been answered. When
/// more than `capacity` keys were remembered it forgets nothing and says `look_up` for all, which
/// is slow but right. **Thread**: its service's.
class known_keys {
 public:
  enum class state : std::uint8_t { fresh, look_up, in_flight, reused };

  known_keys(std::size_t capacity, milliseconds running_max)
      : capacity_{capacity}, running_max_{running_max} {}

  /// **Ensures** after `fresh` and `look_up` the key is in flight until `finish`. A request without
  /// key is fresh. **Why** also after look_up: whoever comes meanwhile would otherwise be told what
  /// the look-up of another body found, or run beside it. A key that has been in flight for longer
  /// than `running_max` is looked up: what ran under it is lost, and only the store knows its end.
  state begin(const request_key& key, time_point now);
  /// The command runs: the store did not have its key, or it ran before a restart.
  void run(const request_key& key, time_point now);
  /// The command with this key was answered; `stored` says whether the answer is in the store.
  enum class outcome : std::uint8_t { stored, forgotten };
  void finish(const request_key& key, outcome what);
  /// A key that the store holds.
  void remember(const digest& scope);
  /// After the service lost its memory: nothing is in flight any more.
  void drop_in_flight() { running_.clear(); }

 private:
  struct digest_hash {
    std::size_t operator()(const digest& d) const noexcept { return d.low; }
  };
  struct running {
    digest body;  // zero while the store is asked whose the key is
    time_point since;
  };
  std::size_t capacity_;
  milliseconds running_max_;
  std::unordered_map<digest, running, digest_hash> running_;
  std::unordered_set<std::uint64_t> stored_;  // the low halves: a false hit only costs a look-up
};

}  // namespace boxoffice
