#pragma once

#include "bench/compare/side.hpp"

#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace boxoffice::compare {

/// A measure to reach: the rate of one side over that of another.
struct goal {
  std::string of, over;
  double must{0}, aim{0};
};

struct comparison {
  std::string name;
  std::string durability;  ///< of all sides
  std::vector<std::unique_ptr<side>> sides;
  std::vector<goal> goals;
};

struct rounds_plan {
  int rounds{5};
  std::chrono::milliseconds time{4000};  ///< of each side in each round
};

/// The middle, and the lowest and highest of the rounds.
struct spread {
  double median{0}, min{0}, max{0};
};
spread spread_of(std::vector<double> values);

/// All rounds of all sides, in the order of the sides.
using all_rounds = std::vector<std::vector<measurement>>;

/// Runs the sides in turns; each round begins with another side, so that none always comes after
/// the same one. Tells on standard error how it goes. Throws std::runtime_error when a side fails
/// an operation.
all_rounds run_rounds(const comparison& what, const rounds_plan& plan);

std::string to_text(const comparison& what, const all_rounds& found);
nlohmann::json to_json(const comparison& what, const all_rounds& found);

}  // namespace boxoffice::compare
