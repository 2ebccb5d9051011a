#pragma once

#include <fstream>
#include <string>

namespace boxoffice::system_test {

/// The shell block of a page between `<!-- name -->` and `<!-- /name -->`, as somebody would paste
/// it; empty without one. Tests run in the root of the repository, which `page` is relative to.
inline std::string shell_block(const std::string& page, const std::string& name) {
  std::ifstream in{page};
  std::string line, block;
  bool inside = false;
  while (std::getline(in, line)) {
    if (line == "<!-- " + name + " -->") {
      inside = true;
    } else if (line == "<!-- /" + name + " -->") {
      return block;
    } else if (inside && !line.starts_with("```")) {
      block += line + '\n';
    }
  }
  return {};
}

}  // namespace boxoffice::system_test
