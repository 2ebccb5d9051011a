#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace boxoffice::compare {

/// What one side did in one round.
struct measurement {
  double per_second{0};
  double p50_milliseconds{0}, p95_milliseconds{0}, p99_milliseconds{0};
  std::uint64_t failed{0};
  std::string failure{};  ///< the first
  /// **Units** CPU seconds per 1,000 operations, by who used them.
  std::map<std::string, double> cpu{};
  std::map<std::string, double> also{};  ///< what else was counted; the names carry the units
};

/// One way to do the same work, run in turns with the others on the same machine.
class side {
 public:
  virtual ~side() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  /// What an operation of this side does, and what it does without: for the reader of the figures.
  [[nodiscard]] virtual std::string does() const = 0;
  /// Runs one round of about that length. Throws std::exception when it cannot.
  virtual measurement run(std::chrono::milliseconds time) = 0;
};

}  // namespace boxoffice::compare
