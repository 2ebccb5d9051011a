#pragma once

#include "http/api/render.hpp"

namespace boxoffice::http {

/// What bodies and answers look like, by the names that `route_facts` uses.
json_object document_schemas();
/// The query parameters, by the names that `route_facts::query` uses, and the headers of requests.
json_object document_parameters();
/// The headers of answers, by the names that `good_answer::headers` uses.
json_object document_headers();

}  // namespace boxoffice::http
