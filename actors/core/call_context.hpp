#pragma once

#include "actors/core/time.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace boxoffice {

/// The request of a client for which something is done, as logs and other systems know it. Empty
/// when nobody asked. Copies share one text. **Thread**: any.
class request_origin {
 public:
  request_origin() = default;
  /// `traceparent` is empty when the client did not send one.
  request_origin(std::string request_id, std::string traceparent)
      : known_{
            std::make_shared<const facts>(facts{std::move(request_id), std::move(traceparent)})} {}

  [[nodiscard]] explicit operator bool() const { return known_ != nullptr; }
  [[nodiscard]] const std::string& request_id() const { return facts_or_none().request_id; }
  /// What goes on to others; it names the span of this server as their parent.
  /// **Source** W3C Trace Context, 3.2.
  [[nodiscard]] const std::string& traceparent() const { return facts_or_none().traceparent; }
  /// 32 hexadecimal digits; empty when the client did not send any.
  [[nodiscard]] std::string_view trace_id() const { return trace_id_of(traceparent()); }
  /// The same of any traceparent.
  static constexpr std::string_view trace_id_of(std::string_view traceparent) {
    constexpr std::size_t begin = 3, digits = 32;
    if (traceparent.size() < begin + digits) return {};
    return traceparent.substr(begin, digits);
  }

  friend bool operator==(const request_origin& a, const request_origin& b) {
    return a.request_id() == b.request_id() && a.traceparent() == b.traceparent();
  }

 private:
  struct facts {
    std::string request_id, traceparent;
  };
  [[nodiscard]] const facts& facts_or_none() const {
    static const facts none;
    return known_ ? *known_ : none;
  }

  std::shared_ptr<const facts> known_;
};

/// What every question from outside carries beside what it asks.
struct call_context {
  request_origin from;
  /// Then the client gives up, by the clock of the process; `no_time`: it never does. Nobody
  /// carries out a command after it (recovery).
  time_point deadline{};

  [[nodiscard]] const std::string& request_id() const { return from.request_id(); }
  [[nodiscard]] std::string_view trace_id() const { return from.trace_id(); }
};

}  // namespace boxoffice
