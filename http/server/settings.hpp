#pragma once

#include "config/address_range.hpp"
#include "config/limits.hpp"
#include "config/settings.hpp"
#include "config/stream_limits.hpp"
#include "http/server/request.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice::http {

/// What a server is told. The times are bounds: no peer holds a connection open by silence, by
/// trickling or by not reading. Tests shorten them.
struct server_settings {
  listen_address listen{"127.0.0.1", 0};
  std::size_t io_threads{1};
  std::size_t connections_max{limits::http_connections_max};  ///< beyond it they wait in the kernel
  std::size_t in_flight_max{limits::http_in_flight_requests_default};
  std::size_t streams_max{limits::http_streams_default};
  std::vector<std::string> cors_origins;       ///< of pages elsewhere that may read answers
  std::vector<address_range> trusted_proxies;  ///< whose word about the client's address counts
  std::size_t rate_limit_per_second{0};  ///< of a user, or of an address without a token; 0 is off
  std::chrono::milliseconds idle_max{limits::http_idle_time_max};
  std::chrono::milliseconds read_max{limits::http_read_time_max};
  std::chrono::milliseconds write_max{limits::http_write_time_max};  ///< for each write_bytes_min
  std::size_t write_bytes_min{limits::http_write_bytes_min};
  std::chrono::milliseconds stream_stall_max{limits::http_stream_stall_max};
  std::chrono::milliseconds linger_max{limits::http_linger_time_max};
  std::chrono::milliseconds drain_max{limits::drain_time_max};
  /// At the end connections without a request stay open so long, for those that are on their way.
  std::chrono::milliseconds drain_idle{0};
  /// Whether the API serves; asked for each request but those about the server's own state.
  std::function<bool()> serves{[] { return true; }};
  /// Whether an answer made of what is in memory may leave; asked once it is made. Not for changes
  /// with an Idempotency-Key or that cannot be repeated: those are durable when they are answered.
  std::function<bool()> may_answer{[] { return true; }};
  /// Whom `?ticket=` of a stream with this path names; a ticket is used up by being looked at.
  ticket_rule redeem{[](std::string_view, std::string_view) { return std::nullopt; }};
};

}  // namespace boxoffice::http
