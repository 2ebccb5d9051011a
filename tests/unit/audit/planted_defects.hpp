#pragma once

#include "actors/audit/audit.hpp"
#include "tests/unit/audit/sample_books.hpp"

#include <functional>
#include <initializer_list>
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

/// The parts of a table, in one.
inline std::vector<planted_defect> joined(
    std::initializer_list<std::vector<planted_defect>> parts) {
  std::vector<planted_defect> all;
  for (const auto& part : parts)
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

/// Of accounts and seats.
std::vector<planted_defect> defects_of_participants();
/// Of payments, against the ledger and the reservations.
std::vector<planted_defect> defects_of_payments();
/// Of the outbox and its consumers.
std::vector<planted_defect> defects_of_events();

}  // namespace boxoffice::audit
