#pragma once

#include "bench/compare/outcome.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace boxoffice::compare {

/// The same work in several ways.
struct comparison {
  std::string name, what;
  std::string durability;  ///< of all sides
  std::vector<std::unique_ptr<side>> sides{};
  std::vector<goal> goals{};
  std::function<void()> settle{};  ///< before each turn: ends what the one before left to be done

  /// Adds a side and returns its name, for goals.
  std::string add(std::unique_ptr<side> one);
};

struct rounds_plan {
  int rounds{5};
  std::chrono::milliseconds time{4000};  ///< of each side in each round
};

/// Runs the sides in turns; every other round goes the other way round, and each pair of rounds
/// begins with another side, so that none always comes after the same one. Tells on standard error
/// how it goes. Throws std::runtime_error when a side fails an operation.
outcome run_rounds(const comparison& what, const rounds_plan& plan);

}  // namespace boxoffice::compare
