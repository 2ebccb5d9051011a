#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace boxoffice::http {

/// Names requests that come without a name. **Thread**: any.
class request_ids {
 public:
  request_ids();
  /// Writes a fresh id into `out`: unique in this process, and very likely in the world.
  void next(std::string& out);

 private:
  std::string prefix_;
  std::atomic<std::uint64_t> count_{0};
};

/// Whether a client's X-Request-Id is taken over: 1 to 64 of `[A-Za-z0-9._-]`.
bool is_request_id(std::string_view text);

/// Whether `text` is a traceparent that can be passed on. **Source**: W3C Trace Context, 3.2.
bool is_traceparent(std::string_view text);

/// What is passed on of a traceparent that `is_traceparent`: its trace, with `span` (not 0; if it
/// is 0, 1 is taken) as the parent, in version 00, with those flags that have a meaning. Empty for
/// an empty one. **Source**: W3C Trace Context, 3.2.2.5 and 4.3.
std::string child_traceparent(std::string_view parent, std::uint64_t span);

}  // namespace boxoffice::http
