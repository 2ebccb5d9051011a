#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace boxoffice::load {

/// The value of a field in the text of an event, `name` with its colon and space; empty without it.
inline std::string_view event_field(std::string_view event, std::string_view name) {
  const auto at = event.find(name);
  if (at == event.npos) return {};
  const auto begins = at + name.size();
  return event.substr(begins, event.find('\n', begins) - begins);
}

/// Takes the events that have come whole off `begun`, and gives each to `on`.
template <class On>
void take_events(std::string& begun, On on) {
  constexpr std::string_view end = "\n\n";
  std::size_t from = 0;
  for (auto at = begun.find(end); at != begun.npos; at = begun.find(end, from)) {
    on(std::string_view{begun}.substr(from, at - from));
    from = at + end.size();
  }
  begun.erase(0, from);
}

}  // namespace boxoffice::load
