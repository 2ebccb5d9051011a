#pragma once

#include "actors/core/planted_bugs.hpp"
#include "tests/simulation/world.hpp"

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice::simulation {

/// Many runs of the simulation.
struct campaign {
  std::uint64_t first_seed{1}, seeds{200};
  bool single{false};
  std::string faults{"all"};
  unsigned jobs{0};  ///< processes; 0: one per core
  bool prints_trace{false};
  planted_bug planted{planted_bug::none};
};

struct campaign_result {
  std::uint64_t runs{0}, steps{0}, purchases{0}, refunds{0}, compensated{0}, holds{0}, ledger{0};
  std::uint64_t operations{0};
  fault_counts faults{};
  struct failure {
    std::uint64_t seed;
    std::string what;
  };
  std::vector<failure> broken;  ///< by seed
};

/// Runs seeds one after the other in this process.
campaign_result run_here(const campaign& what);
/// Runs them in several processes, prints what broke with the command that replays it, and the
/// count of faults by kind.
campaign_result run_seeds(const campaign& what, std::ostream& out);
/// Plants each bug in turn and prints a table: in which seed it was first found, in how many of the
/// seeds run. True when all were found.
bool run_mutations(const campaign& what, std::ostream& out);

/// Throws std::invalid_argument for a name that is none.
planted_bug planted_by_name(std::string_view name);

}  // namespace boxoffice::simulation
