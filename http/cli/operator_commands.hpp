#pragma once

#include "actors/core/time.hpp"
#include "config/command_line.hpp"

#include <iosfwd>

namespace boxoffice::http {

/// Does what `boxoffice sagas …`, `outbox …` and `parked …` are asked, on a running server and over
/// its HTTP routes: a table for people, or with `--json` what the server said.
///
/// The server is that of `--server`, else the address of `http.listen`. The token is that of
/// `--token` or BOXOFFICE_TOKEN; without both, one is signed with `auth.secret` where the settings
/// have it. **Ensures** the exit code is 0 when it was done, 1 when the server refused or did not
/// answer, 2 when the request made no sense; what went wrong is one line in `errors`.
/// **Requires** one of those commands.
exit_code run_operator_command(const command_line& asked, const settings& how, time_point now,
                               std::ostream& out, std::ostream& errors);

}  // namespace boxoffice::http
