#pragma once

#include "storage/migrated.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/postgres/migrations/schema.hpp"

namespace boxoffice::postgres {

/// Brings a database to the newest version of `of`; each migration in a transaction of its own,
/// with the version it reaches. Processes that come at the same time wait for each other (advisory
/// lock).
/// **Faults** schema_too_new when the database is newer than this program; storage_error, `damaged`
/// when it is the database of another service.
migrated migrate(const server_database& database, const schema& of);

}  // namespace boxoffice::postgres
