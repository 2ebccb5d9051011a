#pragma once

#include "storage/books_parts.hpp"
#include "storage/postgres/stores.hpp"

namespace boxoffice {

/// The books of payment, point and reservation, beside a server or without one; a role that may
/// only read is enough. Each reading opens connections of its own and closes them; it takes no lock
/// that a server would wait for.
books_parts postgres_books(const postgres_locations& at);

}  // namespace boxoffice
