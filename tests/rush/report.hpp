#pragma once

#include "tests/rush/crowd.hpp"
#include "tests/rush/findings.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace boxoffice::rush {

/// Everything one rush came to.
struct rush_result {
  std::size_t buyers{0};
  std::size_t seats{0};
  std::uint64_t seed{0};
  std::chrono::milliseconds took{0};
  std::optional<std::size_t> sold_in_books{};  ///< when the databases could be read
  findings checks{};                           ///< of the answers, the API and the databases
  [[nodiscard]] bool passed() const { return checks.violations.empty(); }
};

/// The table for people.
std::string to_table(const rush_result& result, const shop& floor);
/// The same for programs.
json to_json(const rush_result& result, const shop& floor);
/// How many seats the buyers were told are theirs, refunds taken off.
std::size_t sold_as_told(const acknowledgement_log& log);

}  // namespace boxoffice::rush
