#pragma once

#include "actors/core/time.hpp"
#include "http/server/request.hpp"

#include <array>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace boxoffice::http {

/// Tickets for browsers, whose EventSource cannot send a token: each lets one identity open one
/// stream, once, within limits::stream_ticket_time. A ticket is known to the server that gave it.
/// **Thread**: any.
class stream_tickets {
 public:
  struct issued {
    std::string ticket;
    time_point expires_at{};
  };
  /// Empty when limits::stream_tickets_max are open.
  std::optional<issued> issue(const identity& who, std::string path, time_point now);
  /// Whom `ticket` names, if it is for `path`; it is used up in any case.
  std::optional<identity> redeem(std::string_view ticket, std::string_view path, time_point now);

 private:
  struct entry {
    identity who;
    std::string path;
    time_point expires_at{};
  };
  void forget_old(time_point now);

  std::mutex lock_;
  std::unordered_map<std::string, entry> open_;
  time_point forgotten_at_{};
};

}  // namespace boxoffice::http
