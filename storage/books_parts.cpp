#include "storage/books_parts.hpp"

#include "storage/storage_error.hpp"

#include <cstdint>
#include <utility>

namespace boxoffice {
namespace {

[[noreturn]] void damaged(const char* what) {
  throw storage_error{storage_error::kind::damaged, what};
}

/// The fields of stored bytes from their front.
class stored_fields {
 public:
  explicit stored_fields(std::string_view bytes) : rest_{bytes} {}

  std::uint64_t next() {  // LEB128
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80U) return value;
    }
    damaged("a stored number does not end");
  }
  std::int64_t next_signed() {  // zigzag
    const auto raw = next();
    return static_cast<std::int64_t>((raw >> 1) ^ (~(raw & 1) + 1));
  }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

class reader_of_parts final : public audit::books_reader {
 public:
  explicit reader_of_parts(books_parts parts) : parts_{std::move(parts)} {}

  audit::books read() override {
    audit::books all;
    parts_.payment(all);
    parts_.point(all);
    parts_.reservation(all);
    parts_.queue_ranking(all);
    if (parts_.stores) parts_.stores(all);
    return all;
  }

 private:
  const books_parts parts_;
};

}  // namespace

std::unique_ptr<audit::books_reader> make_books_reader(books_parts parts) {
  return std::make_unique<reader_of_parts>(std::move(parts));
}

namespace stored {

void unknown_state() { damaged("a column holds a state that this program does not know"); }

std::vector<audit::basket_seat> seats(std::string_view bytes) {
  stored_fields in{bytes};
  std::vector<audit::basket_seat> found;
  for (auto left = in.next(); left > 0; --left) {
    const auto seat = static_cast<std::uint32_t>(in.next());
    found.push_back({seat, in.next_signed()});
  }
  if (!in.at_end()) damaged("bytes are left over behind a list of seats");
  return found;
}

void answer(std::string_view bytes, audit::step_row& into) {
  stored_fields in{bytes};
  if (in.next() != 1) damaged("an answer about points is in an unknown layout");
  into.answer = in.next() == 0 ? audit::step_answer::done : audit::step_answer::refused;
  into.transaction = in.next();
}

}  // namespace stored
}  // namespace boxoffice
