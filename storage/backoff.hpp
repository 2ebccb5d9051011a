#pragma once

#include <chrono>

namespace boxoffice::storage {

/// How long to wait before the next try of what has failed: doubling from `first` to `longest`, and
/// drawn between half of that and the whole, so that not all come back in the same moment.
class backoff {
 public:
  backoff(std::chrono::milliseconds first, std::chrono::milliseconds longest)
      : first_{first}, longest_{longest} {}

  /// After one more failure.
  std::chrono::milliseconds next();
  /// What failed works.
  void reset() { whole_ = {}; }

 private:
  std::chrono::milliseconds first_, longest_;
  std::chrono::milliseconds whole_{0};
};

}  // namespace boxoffice::storage
