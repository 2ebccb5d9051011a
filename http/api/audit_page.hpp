#pragma once

#include "actors/audit/audit.hpp"
#include "actors/core/time.hpp"

#include <string>

namespace boxoffice::http {

/// What an audit found, as `GET /v1/admin/invariants` and `boxoffice audit --json` tell it. What is
/// not UTF-8 in a damaged database is replaced.
std::string write_json(const audit::audit_report& report, time_point checked_at);

/// The same for a person: a line for each violation and one at the end.
std::string describe(const audit::audit_report& report);

}  // namespace boxoffice::http
