#pragma once

#include "bench/compare/outcome.hpp"

#include <string>

#include <nlohmann/json.hpp>

namespace boxoffice::compare {

/// For people: tables in Markdown, the losing rows too.
std::string to_text(const outcome& found);
/// For programs, and for boxoffice-bench-report. **Units** as the names of the members say.
nlohmann::json to_json(const outcome& found);

}  // namespace boxoffice::compare
