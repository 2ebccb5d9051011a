#pragma once

#include "http/server/live_body.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace boxoffice::http {

/// One server-sent event as a frame; `data` is one line. **Source**: HTML Standard, 9.2.
std::shared_ptr<const stream_frame> make_event(std::string_view name, std::string_view data,
                                               std::string_view id = {});

/// The last event of a stream: why it ends, and how long its reader waits before it comes back, a
/// part of limits::stream_retry_max that `number` decides. EventSource is told so too.
std::shared_ptr<const stream_frame> make_bye(std::string_view reason, std::uint64_t number);

/// How long a stream goes on: between limits::stream_rotation_min and _max, as `number` decides.
std::chrono::milliseconds rotation_after(std::uint64_t number);

}  // namespace boxoffice::http
