#pragma once

#include "storage/backoff.hpp"
#include "storage/storage_error.hpp"

#include <chrono>
#include <string>

namespace boxoffice::storage {

/// When a server that did not answer is tried again. Between two attempts every call fails at once.
/// **Thread**: its connection's.
class reconnect {
 public:
  reconnect(std::chrono::milliseconds first, std::chrono::milliseconds longest)
      : pause_{first, longest} {}

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
    pause_.reset();
    next_ = {};
  }

 private:
  void expect_due(const std::string& name) const;
  void failed(const std::string& name, const storage_error& why);

  backoff pause_;
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace boxoffice::storage
