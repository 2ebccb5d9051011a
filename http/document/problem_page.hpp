#pragma once

#include "http/api/render.hpp"
#include "http/document/problem_words.hpp"

#include <string>

namespace boxoffice::http {

/// `/problems/{code}` for a person.
std::string problem_page(problem_code code, language in);
/// The same for a program.
json_object problem_json(problem_code code, language in);

}  // namespace boxoffice::http
