#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace boxoffice::rush {

/// What a check found: every promise that was not kept, with the ids it is about.
struct findings {
  std::vector<std::string> violations;
  std::size_t checked{0};  ///< rows and answers compared

  void expect(bool kept, const std::string& otherwise) {
    ++checked;
    if (!kept) violations.push_back(otherwise);
  }
  void append(const findings& others) {
    checked += others.checked;
    violations.insert(violations.end(), others.violations.begin(), others.violations.end());
  }
};

}  // namespace boxoffice::rush
