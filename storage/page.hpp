#pragma once

#include <cstddef>

namespace boxoffice::storage {

/// A page of a list, at most `limit` long: `read(items, count)` appends up to `count` items, and
/// one more than asked for tells whether there is a next page. Its cursor is the id of the last
/// item.
template <class Page, class Read>
Page read_page(std::size_t limit, Read read) {
  Page found;
  read(found.items, limit + 1);
  if (found.items.size() <= limit) return found;
  found.items.pop_back();
  if (!found.items.empty()) found.next = found.items.back().id.value;
  return found;
}

}  // namespace boxoffice::storage
