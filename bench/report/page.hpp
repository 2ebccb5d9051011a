#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace boxoffice::report {

/// What is known of the run beside its results.
struct run_facts {
  std::string title;
  std::vector<std::pair<std::string, std::string>> facts;  ///< the machine, the date, the command
};

/// One HTML page, complete in itself. `results`: what boxoffice-compare wrote; `actors`: what
/// Google Benchmark wrote, null without it.
std::string write_page(const run_facts& about, const nlohmann::json& results,
                       const nlohmann::json& actors);

}  // namespace boxoffice::report
