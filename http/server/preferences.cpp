#include "http/server/preferences.hpp"

#include <algorithm>

namespace boxoffice::http {
namespace {

// A weight in thousandths; empty when it is malformed. **Source**: RFC 9110, 12.4.2.
std::optional<int> read_weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  int value = (text[0] - '0') * 1000;
  int place = 100;
  for (const char digit : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (digit < '0' || digit > '9') return std::nullopt;
    value += (digit - '0') * place;
    place /= 10;
  }
  return value <= 1000 ? std::optional{value} : std::nullopt;
}

}  // namespace

std::optional<preference> read_preference(std::string_view element) {
  auto semicolon = element.find(';');
  preference out{trimmed(element.substr(0, semicolon))};
  const bool is_media = out.name.find('/') != std::string_view::npos;
  if (!std::ranges::all_of(out.name, [&](char c) { return is_token_char(c) || c == '/'; }))
    return std::nullopt;
  while (semicolon != std::string_view::npos) {
    element.remove_prefix(semicolon + 1);
    semicolon = element.find(';');
    const auto parameter = trimmed(element.substr(0, semicolon));
    if (iequals(parameter.substr(0, 2), "q=")) {
      const auto weight = read_weight(parameter.substr(2));
      if (!weight || semicolon != std::string_view::npos) return std::nullopt;
      out.weight = *weight;
    } else if (!is_media) {
      return std::nullopt;
    }
  }
  return out;
}

}  // namespace boxoffice::http
