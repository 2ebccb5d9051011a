#include "storage/encoding/fields.hpp"

#include <limits>

namespace boxoffice::encoding {

void field_writer::put_number(std::uint64_t value) {
  while (value >= 0x80) {
    out_.push_back(static_cast<char>((value & 0x7F) | 0x80));
    value >>= 7;
  }
  out_.push_back(static_cast<char>(value));
}

std::uint64_t field_reader::get_number() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (in_.empty()) throw decode_error{"cut off"};
    const auto byte = static_cast<unsigned char>(in_.front());
    in_.remove_prefix(1);
    if (shift == 63 && byte > 1) break;
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  throw decode_error{"a number beyond 64 bits"};
}

void field_reader::get(std::uint32_t& value) {
  const auto number = get_number();
  if (number > std::numeric_limits<std::uint32_t>::max())
    throw decode_error{"a number beyond 32 bits"};
  value = static_cast<std::uint32_t>(number);
}

void field_reader::get(bool& value) {
  const auto number = get_number();
  if (number > 1) throw decode_error{"neither true nor false"};
  value = number == 1;
}

void field_reader::get(std::string& value) {
  const auto size = get_number();
  if (size > in_.size()) throw decode_error{"a text longer than its input"};
  value.assign(in_.substr(0, size));
  in_.remove_prefix(size);
}

}  // namespace boxoffice::encoding
