#pragma once

#include "actors/payment/payment.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice::encoding {

/// Notes as text, a line a note: `<milliseconds> <state> <step> <what>` and an end of line, so that
/// the text of later notes is put behind that of earlier ones. Without their payment, whose row has
/// the text. **Why** a text: a migration can write it in SQL.
std::string encode(std::span<const saga_note> notes);
/// Throws decode_error.
std::vector<saga_note> decode_notes(std::string_view stored, payment_id of);

}  // namespace boxoffice::encoding
