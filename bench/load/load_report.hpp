#pragma once

#include "bench/load/load_run.hpp"

#include <string>

#include <nlohmann/json.hpp>

namespace boxoffice::load {

/// For people: a few lines.
std::string to_text(const load_result& result);
/// For programs. **Units** as the names of the members say.
nlohmann::json to_json(const load_result& result);

}  // namespace boxoffice::load
