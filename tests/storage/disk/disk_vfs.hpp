#pragma once

struct sqlite3_vfs;

namespace boxoffice::test {

class simulated_disk;

/// Makes `out` the way of SQLite to `disk`; time and sleep are those of `system`.
void fill_vfs(sqlite3_vfs& out, sqlite3_vfs& system, simulated_disk& disk, const char* name);

}  // namespace boxoffice::test
