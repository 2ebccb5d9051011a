#pragma once

#include "bench/compare/benches.hpp"

namespace boxoffice::compare {

/// Purchases over HTTP and in process, on embedded SQLite files, against the same purchase in one
/// SQLite database of a plain program.
outcome compare_sqlite(const surroundings& from);

}  // namespace boxoffice::compare
