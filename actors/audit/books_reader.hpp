#pragma once

#include "actors/audit/books.hpp"

namespace boxoffice::audit {

/// Reads what the databases of all services hold, also while a server writes them, and takes no
/// lock that a server would wait for. **Thread**: one at a time.
class books_reader {
 public:
  virtual ~books_reader() = default;
  /// Each database in one snapshot; payment first, then point and reservation, then queue_ranking.
  /// Throws std::exception when one cannot be read.
  virtual books read() = 0;
};

}  // namespace boxoffice::audit
