#pragma once

#include "bench/compare/benches.hpp"

namespace boxoffice::compare {

/// Purchases over HTTP against the same purchase in plain SQL, one PostgreSQL server for all.
outcome compare_sql(const surroundings& from);
/// The same with more in flight, as in an on-sale.
outcome compare_crowded(const surroundings& from);
/// Everybody wants the same row: one account, one seat.
outcome compare_hot_rows(const surroundings& from);
/// One client alone.
outcome compare_one_client(const surroundings& from);
/// Each side at 70 % of what it can do.
outcome compare_at_seventy_percent(const surroundings& from);

}  // namespace boxoffice::compare
