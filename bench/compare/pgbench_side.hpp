#pragma once

#include "bench/compare/side.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace boxoffice::compare {

/// How a script of bench/sql is run against the tables of bench/sql/monolith.sql.
struct pgbench_setup {
  std::string name;
  std::string does;
  std::filesystem::path programs;  ///< folder of PostgreSQL's own programs
  std::filesystem::path scripts;   ///< bench/sql
  std::string script;
  std::string postgres;  ///< URL of a server; a database is made there
  std::size_t clients{64};
  /// More than any machine does: so many seats and accounts are made for each second.
  std::size_t per_second_max{15'000};
  std::chrono::milliseconds warm_up{1500};  ///< not counted
  std::size_t operations{1};                ///< of one run of the script
  /// What counts the operations that took place, as a second opinion; pgbench counts a function
  /// that refused as well.
  std::string counted_by{"SELECT count(*) FROM payment"};
  std::function<double()> rate{};  ///< 0: as fast as the clients can
};

/// Makes the tables anew before each round, so that no round works on what another has left.
std::unique_ptr<side> make_pgbench_side(pgbench_setup setup);

/// Writes to the disk what the server of that URL has left to write, so that the next side need
/// not.
void checkpoint(const std::string& postgres);

}  // namespace boxoffice::compare
