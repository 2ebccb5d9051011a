#include "storage/encoding/timeline.hpp"

#include "storage/encoding/fields.hpp"

#include <charconv>

namespace boxoffice::encoding {
namespace {

void append_escaped(std::string& to, std::string_view text) {
  for (const char c : text) {
    if (c == '\\' || c == '\n') to += '\\';
    to += c == '\n' ? 'n' : c;
  }
}

std::string unescaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size())
      out += text[++i] == 'n' ? '\n' : text[i];
    else
      out += text[i];
  }
  return out;
}

// The number at the beginning and the blank behind it.
std::int64_t take_number(std::string_view& line) {
  std::int64_t value = 0;
  const auto end = std::from_chars(line.data(), line.data() + line.size(), value);
  if (end.ec != std::errc{} || end.ptr == line.data() + line.size() || *end.ptr != ' ')
    throw decode_error{"a line of a timeline cannot be read"};
  line.remove_prefix(static_cast<std::size_t>(end.ptr - line.data()) + 1);
  return value;
}

template <class Enum>
Enum take_one_of(std::string_view& line, Enum last) {
  const auto number = take_number(line);
  if (number < 0 || number > static_cast<std::int64_t>(last))
    throw decode_error{"a line of a timeline has an unknown enumerator"};
  return static_cast<Enum>(number);
}

}  // namespace

std::string encode(std::span<const saga_note> notes) {
  std::string out;
  for (const auto& n : notes) {
    out.append(std::to_string(to_unix_ms(n.at))).append(" ");
    out.append(std::to_string(static_cast<int>(n.state))).append(" ");
    out.append(std::to_string(static_cast<int>(n.step))).append(" ");
    append_escaped(out, n.what);
    out += '\n';
  }
  return out;
}

std::vector<saga_note> decode_notes(std::string_view stored, payment_id of) {
  std::vector<saga_note> found;
  while (!stored.empty()) {
    const auto end = stored.find('\n');
    if (end == stored.npos) throw decode_error{"a timeline ends within a line"};
    auto line = stored.substr(0, end);
    stored.remove_prefix(end + 1);
    auto& n = found.emplace_back();
    n.payment = of;
    n.at = from_unix_ms(take_number(line));
    n.state = take_one_of(line, saga_state::refunded);
    n.step = take_one_of(line, saga_step::none);
    n.what = unescaped(line);
  }
  return found;
}

}  // namespace boxoffice::encoding
