#pragma once

#include "actors/durable/key_page.hpp"

#include <cstddef>
#include <cstdint>

namespace boxoffice::testing {

/// A page of the keys of a store in memory, a map by scope. The cursor counts them.
template <class Keys>
key_page page_of(const Keys& keys, std::int64_t cursor, std::size_t limit) {
  key_page found;
  std::int64_t seen = 0;
  for (const auto& [scope, remembered] : keys) {
    if (seen++ < cursor) continue;
    if (found.scopes.size() == limit) {
      found.next = cursor + static_cast<std::int64_t>(limit);
      break;
    }
    found.scopes.push_back(scope);
  }
  return found;
}

}  // namespace boxoffice::testing
