#pragma once

#include "bench/compare/rounds.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace boxoffice::compare {

/// Where everything is that a comparison starts.
struct surroundings {
  std::filesystem::path server;    ///< the boxoffice program
  std::filesystem::path scripts;   ///< bench/sql
  std::filesystem::path programs;  ///< folder of psql and pgbench
  std::string postgres;            ///< URL of a PostgreSQL server with fsync on
  rounds_plan plan;
};

struct named_comparison {
  std::string name;
  std::string what;
  std::function<comparison(const surroundings&)> make;
};

/// All there are, in the order of `--all`.
const std::vector<named_comparison>& comparisons();

}  // namespace boxoffice::compare
