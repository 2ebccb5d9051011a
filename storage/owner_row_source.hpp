#pragma once

#include "actors/cluster/takeover_watch.hpp"

#include <cstdint>

namespace boxoffice {

/// The row of the owner of one store, seen from outside. **Faults** storage_error of all calls.
class owner_row_source {
 public:
  virtual ~owner_row_source() = default;
  /// Changes nothing.
  [[nodiscard]] virtual cluster::owner_row read() = 0;
  /// Whether nobody else is about to take over; then nobody else is until this object ends.
  virtual bool claim() { return true; }
  /// Marks the row as released if it is still this owner's; false: it is not.
  virtual bool release(std::uint64_t epoch) = 0;
};

}  // namespace boxoffice
