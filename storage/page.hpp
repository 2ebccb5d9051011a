#pragma once

#include "actors/core/ids.hpp"

#include <cstddef>
#include <cstdint>

namespace boxoffice::storage {

template <class Tag>
constexpr std::uint64_t number_of(id<Tag> of) {
  return of.value;
}
constexpr std::uint64_t number_of(reservation_id of) { return of.number; }

/// A page of a list, at most `limit` long: `read(items, count)` appends up to `count` items, and
/// one more than asked for tells whether there is a next page. Its cursor is the id of the last
/// item.
template <class Page, class Read>
Page read_page(std::size_t limit, Read read) {
  Page found;
  read(found.items, limit + 1);
  if (found.items.size() <= limit) return found;
  found.items.pop_back();
  if (!found.items.empty()) found.next = number_of(found.items.back().id);
  return found;
}

}  // namespace boxoffice::storage
