#include "storage/postgres/own_session.hpp"

#include <string>

namespace boxoffice::postgres {
namespace {

// A pooler that goes round its sessions gives another one each time.
constexpr int looks = 3;

std::string session_of(link& on) {
  return std::string{on.run("SELECT pg_backend_pid()").text(0, 0).value()};
}

}  // namespace

void expect_own_sessions(link& first, link& second) {
  first.open();
  const auto own = session_of(first);
  bool keeps = true;
  for (int i = 0; i < looks; ++i)
    keeps = keeps && session_of(first) == own;
  second.open();
  keeps = keeps && session_of(second) != own;
  if (keeps) {
    // While the other is in a transaction, its session is not free.
    second.run("BEGIN");
    keeps = session_of(first) == own;
    second.run("ROLLBACK");
  }
  if (keeps) return;
  throw storage_error{
      storage_error::kind::refused,
      first.name() +
          ": a pooler in between gives each transaction another session of the server, and what "
          "is set, prepared and locked in one is lost in the next. Let it pool sessions for this "
          "database (PgBouncer: pool_mode = session), or name the server itself"};
}

}  // namespace boxoffice::postgres
