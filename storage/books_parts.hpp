#pragma once

#include "actors/audit/books_reader.hpp"

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

/// The books of a node are read service by service, each from the store that it has.
namespace boxoffice {

/// Adds what one service keeps, in one snapshot. Throws storage_error, which names the database.
using books_part = std::function<void(audit::books&)>;

struct books_parts {
  books_part payment, point, reservation, queue_ranking;
  books_part stores{};  ///< what they say of each other
};

/// Reads the parts in the order that the audit asks for.
std::unique_ptr<audit::books_reader> make_books_reader(books_parts parts);

/// What the stores keep as bytes, taken apart. **Why** not by the decoders of storage/encoding:
/// what is checked should not be read by the code that wrote it. **Faults** storage_error{damaged}.
namespace stored {

std::vector<audit::basket_seat> seats(std::string_view bytes);
/// The answer of an account to a step: layout, refusal, transaction, and more.
void answer(std::string_view bytes, audit::step_row& into);

[[noreturn]] void unknown_state();
/// The enumerator with this number, of those up to `last`.
template <class Enum>
Enum one_of(std::int64_t number, Enum last) {
  if (number < 0 || number > static_cast<std::int64_t>(last)) unknown_state();
  return static_cast<Enum>(number);
}

}  // namespace stored
}  // namespace boxoffice
