#pragma once

#include "http/server/octets.hpp"

#include <optional>
#include <string_view>

namespace boxoffice::http {

/// Calls `visit` with each element of a list, without blanks around it; empty ones are none.
/// **Source**: RFC 9110, 5.6.1.
template <class Visit>
void each_element(std::string_view list, Visit visit) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    if (const auto one = trimmed(list.substr(0, comma)); !one.empty()) visit(one);
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
  }
}

/// One element of Accept, Accept-Encoding or Accept-Language. **Units**: thousandths.
struct preference {
  std::string_view name;
  int weight{1000};
};
/// Empty when it is malformed. Parameters of a media type are passed over; nothing else may have
/// any but its weight. **Source**: RFC 9110, 12.4.2.
std::optional<preference> read_preference(std::string_view element);

}  // namespace boxoffice::http
