#pragma once

#include "http/server/router.hpp"

#include <bitset>
#include <optional>
#include <vector>

namespace boxoffice::http {

/// The problems that a route may answer: those that its line names, and those that its rules bring
/// with them. In the order of `problem_code`, none twice.
std::vector<problem_code> problems_of(const route& line);

/// The same, without those that the line names.
std::vector<problem_code> implied_problems(const route& line);

/// Whether an answer is one that the API document declares for its route. Filled once at start,
/// read by all threads then.
class declared_answers {
 public:
  explicit declared_answers(const router& routes);

  /// `index` is that of the route. A route that the document leaves out may answer anything.
  [[nodiscard]] bool has(std::size_t index, const response& answer) const;

 private:
  static constexpr std::size_t statuses = 600;
  struct row {
    bool documented{false};
    std::bitset<problem_codes> problems;
    std::bitset<statuses> good;
  };
  std::vector<row> rows_;
};

}  // namespace boxoffice::http
