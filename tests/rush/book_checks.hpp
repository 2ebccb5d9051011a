#pragma once

#include "tests/rush/acknowledgements.hpp"
#include "tests/rush/books.hpp"
#include "tests/rush/findings.hpp"
#include "tests/rush/sale.hpp"

#include <cstddef>
#include <cstdint>

namespace boxoffice::rush {

/// Whether payments may be under way while the books are read (after a crash, or with a running
/// server): then a saga's steps may stand in one book and not yet in the next.
enum class books_are : std::uint8_t { at_rest, in_motion };

/// Each seat at most one live claim; every live reservation claims exactly its seats; no hold
/// stands long after its deadline (at rest).
findings check_seats(const books& all, books_are how);
/// Balance = sum of the ledger = balance after its last row; every row follows from the one before.
findings check_ledger(const books& all);
/// Paid reservation ↔ completed payment ↔ one debit ↔ one event, and the same for what was undone.
findings check_payments(const books& all, books_are how);
/// One live place a user, and never more active than the waiting room admits.
findings check_places(const books& all, const on_sale& sale);
/// Everything a buyer was told is there, with the same values.
findings check_acknowledged(const books& all, const acknowledgement_log& log, const on_sale& sale,
                            books_are how);
/// All of the above.
findings check_books(const books& all, const acknowledgement_log& log, const on_sale& sale,
                     books_are how);

/// Seats of this sale that are paid for.
std::size_t sold_seats(const books& all, const on_sale& sale);

}  // namespace boxoffice::rush
