#pragma once

#include "bench/compare/rounds.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace boxoffice::compare {

/// Where everything is that a bench starts, and how long it may take.
struct surroundings {
  std::filesystem::path server;        ///< the boxoffice program
  std::filesystem::path scripts;       ///< bench/sql
  std::filesystem::path programs;      ///< folder of psql and pgbench
  std::filesystem::path own_programs;  ///< folder of boxoffice-hello
  std::string postgres;                ///< URL of a PostgreSQL server with fsync on
  rounds_plan plan;
  enum class effort : std::uint8_t { quick, full } spends{effort::full};

  /// The number for this effort.
  template <class Number>
  Number size(Number quick, Number full) const {
    return spends == effort::quick ? quick : full;
  }
};

struct named_bench {
  std::string group;  ///< what `./dev bench NAME` takes as well
  std::string name;
  std::string what;
  std::function<outcome(const surroundings&)> run;
  enum class part : std::uint8_t { of_all, on_request } of{part::of_all};
};

/// All there are, in the order of `--all`.
const std::vector<named_bench>& benches();

}  // namespace boxoffice::compare
