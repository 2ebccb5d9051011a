#pragma once

namespace boxoffice::storage {

// Which epoch the newest numbers of a store belong to, in SQL that both dialects understand: the
// epoch of the next owner is above it, however the clock was set meanwhile. A number carries into
// the milliseconds when a store gives more in one epoch than fit (epoch_numbers).

inline constexpr auto newest_in_concert =
    "SELECT max(id) >> 10 FROM ("
    "SELECT max(id) AS id FROM concert UNION ALL SELECT max(id) FROM schedule) AS each";
inline constexpr auto newest_in_reservation = "SELECT max(id) >> 20 FROM reservation";
inline constexpr auto newest_in_point = "SELECT max(id) >> 20 FROM ledger";
// Of ids that begin with 1 (payment_ids): the 42 bits behind that.
inline constexpr auto newest_in_payment =
    "SELECT (max(id) >> 14) & 4398046511103 FROM payment"
    " WHERE id BETWEEN 72057594037927936 AND 144115188075855871";
/// Nothing in it is numbered so.
inline constexpr auto no_numbers = "SELECT 0";

}  // namespace boxoffice::storage
