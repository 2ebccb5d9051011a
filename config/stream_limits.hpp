#pragma once

#include <chrono>
#include <cstddef>

/// The bounds of live streams; config/limits.hpp has all others.
namespace boxoffice::limits {

using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;

// --- Streams of HTTP --------------------------------------------------------------------------

/// The setting; each takes one of http_connections_max.
inline constexpr std::size_t http_streams_default = 20'000;
inline constexpr std::size_t http_streams_max = 50'000;
/// Of a stream that the kernel has and has not sent: what it holds more of is old by the time
/// that a slow reader gets it.
inline constexpr int http_stream_unsent_bytes_max = 16 * 1024;
/// A reader that takes no byte of what there is for so long is closed.
inline constexpr std::chrono::seconds http_stream_stall_max = 15s;
/// Frames of one write, so that many readers that catch up take turns.
inline constexpr std::size_t http_stream_write_frames_max = 32;
inline constexpr std::size_t http_stream_write_bytes_max = std::size_t{16} * 1024;

/// What a reader may lag behind by or come back to. **Source**: 1,024 frames at the fastest are 100
/// s, so that time is what bounds a busy sale, and bytes a large one.
inline constexpr std::size_t stream_ring_frames_max = 1024;
inline constexpr std::size_t stream_ring_bytes_max = std::size_t{1024} * 1024;
inline constexpr std::chrono::seconds stream_ring_time_max = 60s;

/// Between two flushes: the first, and what it grows to while the readers keep a thread busy.
inline constexpr std::chrono::milliseconds stream_flush_min = 100ms;
inline constexpr std::chrono::milliseconds stream_flush_max = 1000ms;
/// A proxy closes what is silent for a minute; a reader gives up after two and a half of these.
inline constexpr std::chrono::milliseconds stream_heartbeat_every = 15'000ms;
/// A stream ends after 8 to 12 minutes, so that readers spread over servers that came later.
inline constexpr std::chrono::minutes stream_rotation_min = 8min;
inline constexpr std::chrono::minutes stream_rotation_max = 12min;
/// How long a reader is told to wait before it comes back; each a random part of it.
inline constexpr std::chrono::milliseconds stream_retry_max = 2000ms;
/// The owner of a schedule or a line has not answered for so long: readers are told to come back.
inline constexpr std::chrono::seconds stream_source_silence_max = 15s;

// --- Seats ------------------------------------------------------------------------------------

/// How long a schedule keeps the question of a gateway until something changes.
inline constexpr std::chrono::milliseconds seats_wait_max = 5000ms;
/// Gateways that wait for one schedule to change, with room for those that ask twice.
inline constexpr std::size_t seats_waiting_max = 1024;
/// `waitSeconds` of those who cannot stream.
inline constexpr std::chrono::seconds seats_poll_wait_max = 25s;

// --- Places in line ---------------------------------------------------------------------------

/// How often the places of readers are read.
inline constexpr std::chrono::milliseconds places_read_every = 500ms;
/// Tokens of one question: about 30 KB over a link.
inline constexpr std::size_t places_read_max = 1000;
/// How long counts of seats answer who asks for a place in line.
inline constexpr std::chrono::milliseconds seats_left_kept = 250ms;
/// Seats of a basket while too little is sold to measure it.
inline constexpr std::size_t basket_seats_usual = 2;

// --- Figures for operators --------------------------------------------------------------------

/// How often the services are asked for their figures, while somebody reads them.
inline constexpr std::chrono::milliseconds figures_every = 1000ms;
/// A service that has not answered by then is left out of the summary.
inline constexpr std::chrono::milliseconds figures_wait_max = 500ms;
/// A reader that hears nothing for two and a half of these comes again.
inline constexpr std::chrono::milliseconds figures_heartbeat_every = 4000ms;
/// Readings that percentiles are taken over, so that a quiet second has some.
inline constexpr std::size_t figures_window_readings = 10;

// --- Tickets ----------------------------------------------------------------------------------

inline constexpr std::chrono::seconds stream_ticket_time = 30s;
/// Not yet used; beyond it `overloaded`. About 200 bytes each.
inline constexpr std::size_t stream_tickets_max = 100'000;

}  // namespace boxoffice::limits
