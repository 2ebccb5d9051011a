#pragma once

#include "storage/storage_error.hpp"

#include <chrono>
#include <string>

namespace boxoffice::storage {

/// When a server that did not answer is tried again: after a pause that doubles with each failure
/// and is drawn between its half and its whole, so that not all come back in the same moment.
/// Between two attempts every call fails at once. **Thread**: its connection's.
class reconnect {
 public:
  reconnect(std::chrono::milliseconds first, std::chrono::milliseconds longest)
      : first_{first}, longest_{longest} {}

  /// Runs `connect` if it is time. Throws storage_error: `unreachable` when it is not, otherwise
  /// what `connect` throws, after `close` has taken away what there is of a connection by then.
  template <class Connect, class Close>
  void attempt(const std::string& name, Connect connect, Close close) {
    expect_due(name);
    try {
      connect();
    } catch (const storage_error& e) {
      close();
      failed(name, e);
      throw;
    }
    wait_ = {};
    next_ = {};
  }

 private:
  void expect_due(const std::string& name) const;
  void failed(const std::string& name, const storage_error& why);

  std::chrono::milliseconds first_, longest_;
  std::chrono::milliseconds wait_{0};
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace boxoffice::storage
