#include "storage/postgres/audit_reader.hpp"

#include "storage/postgres/dialect.hpp"
#include "storage/sql/books.hpp"

#include <memory>
#include <string>

namespace boxoffice {
namespace {

using namespace postgres;  // NOLINT(google-build-using-namespace): the folder's own
using audit::books;

/// A part that runs `read` in one snapshot of the database.
template <class Read>
books_part in_snapshot(const std::string& location, Read read) {
  return [database = postgres_at(location), read](books& into) {
    reading_connection on{database, purpose::upkeep};
    on.read([&] {
      read(on.database(), into);
      return true;
    });
  };
}

}  // namespace

books_parts postgres_books(const postgres_locations& at) {
  books_parts parts;
  parts.payment = in_snapshot(at.payment, [](link& db, books& into) {
    sql::read_payments<dialect>(db, into);
    sql::read_outbox<dialect>(db, into);
  });
  parts.point = in_snapshot(at.point, sql::read_points<dialect>);
  parts.reservation = in_snapshot(at.reservation, sql::read_reservations<dialect>);
  return parts;
}

}  // namespace boxoffice
