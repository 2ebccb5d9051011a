#pragma once

#include "actors/audit/books.hpp"
#include "tests/simulation/durable.hpp"

namespace boxoffice::simulation {

/// The rows of all stores in the auditor's form.
audit::books books_of(const durable& stores);

}  // namespace boxoffice::simulation
