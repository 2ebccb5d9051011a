#pragma once

#include <chrono>
#include <cstddef>

/// The bounds of posts of events, beside those of limits.hpp.
namespace boxoffice::limits {

/// Events of one post, where the platform takes batches: 256 of 64 KiB fill 16 MiB.
inline constexpr std::size_t data_platform_batch_events_max = 256;
/// How far the time of a webhook may be from that of its receiver. **Source**: Standard Webhooks,
/// "Verifying webhook authenticity".
inline constexpr std::chrono::seconds webhook_age_max = std::chrono::minutes{5};
/// Of a post to `boxoffice sink`: the largest batch there can be.
inline constexpr std::size_t sink_body_bytes_max = std::size_t{16} * 1024 * 1024;
/// Events that it recognises when they come again: 100 MB.
inline constexpr std::size_t sink_remembered_events_max = 1'000'000;

}  // namespace boxoffice::limits
