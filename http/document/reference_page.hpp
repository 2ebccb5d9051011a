#pragma once

#include "http/api/render.hpp"

#include <string>

namespace boxoffice::http {

/// `/docs`: the API document for a person, made of nothing but the document.
std::string reference_page(const json_object& document);

}  // namespace boxoffice::http
