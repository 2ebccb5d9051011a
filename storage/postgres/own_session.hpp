#pragma once

#include "storage/postgres/link.hpp"

namespace boxoffice::postgres {

/// Throws storage_error{refused} unless each of two links has a session of the server for itself.
/// **Why**: behind a pooler that shares sessions between transactions a link would lose its
/// settings (durability among them), its prepared statements and its advisory lock to whoever comes
/// next, and nothing would say so. Such a pooler is found because it gives the session of an idle
/// link to the other one, or another session to the next statement. **Requires** nobody else to use
/// them meanwhile.
void expect_own_sessions(link& first, link& second);

}  // namespace boxoffice::postgres
