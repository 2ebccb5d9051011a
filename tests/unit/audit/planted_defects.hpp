#pragma once

#include "actors/audit/audit.hpp"
#include "tests/unit/audit/sample_books.hpp"

#include <functional>
#include <string>
#include <vector>

namespace boxoffice::audit {

/// One way to break books that add up, and what must be found then: this rule, alone, with these
/// ids.
struct planted_defect {
  rule broken;
  const char* how;
  std::function<void(sample_books&)> plant;
  std::vector<std::string> ids;
  reading read{reading::offline};
};

/// Of accounts and seats.
std::vector<planted_defect> defects_of_participants();
/// Of payments, against the ledger and the reservations.
std::vector<planted_defect> defects_of_payments();
/// Of the outbox and its consumers.
std::vector<planted_defect> defects_of_events();

}  // namespace boxoffice::audit
