#pragma once

#include "config/limits.hpp"

/// The bounds of what several nodes have between them; config/limits.hpp has all others.
namespace boxoffice::limits {

// --- Links ------------------------------------------------------------------------------------

/// Commands under way on one link, and as many that wait for a peer. **Source**: with 4,096 a
/// stopped peer costs 8 MB, and the others are as fast as before.
inline constexpr std::size_t link_calls_max = 4096;
/// What those may hold.
inline constexpr std::size_t link_window_bytes_max = std::size_t{8} * 1024 * 1024;
/// A frame of a peer that knows the secret: a schedule of 100,000 sections takes 4 MB.
inline constexpr std::size_t link_frame_bytes_max = std::size_t{8} * 1024 * 1024;
/// A frame before the greeting has ended.
inline constexpr std::size_t link_greeting_bytes_max = 512;
inline constexpr std::chrono::milliseconds link_greeting_time_max = 3s;
/// A link without a byte for so long is cut; its peer pings more often.
inline constexpr std::chrono::milliseconds link_silence_max = 2s;
inline constexpr std::chrono::milliseconds link_ping_every = 500ms;
/// How often time is looked at: deadlines, silence, dials.
inline constexpr std::chrono::milliseconds link_tick_every = 100ms;
inline constexpr std::chrono::milliseconds link_connect_time_max = 1s;
inline constexpr std::chrono::milliseconds link_dial_pause_first = 100ms;
inline constexpr std::chrono::milliseconds link_dial_pause_max = 1s;
inline constexpr int link_backlog_max = 128;
/// Connections that may be there at once, greeted or not; beyond it the next one is closed.
inline constexpr std::size_t link_connections_max = 256;
/// One read of the socket, and about one write: a link of many does not hold up the others.
inline constexpr std::size_t link_read_bytes_max = std::size_t{16} * 1024;
inline constexpr std::size_t link_flush_bytes_max = std::size_t{256} * 1024;
/// A question without a deadline of its own (a step of a saga asks again anyway).
inline constexpr std::chrono::milliseconds link_call_time_max = 10s;
/// Answers for a process that is gone are kept so long, should it come back.
inline constexpr std::chrono::milliseconds link_memory_time = 30s;
inline constexpr std::chrono::milliseconds link_sweep_every = 1s;

/// Shorter keys weaken what they protect. **Source**: RFC 7518, 3.2, as for tokens.
inline constexpr std::size_t cluster_secret_bytes_min = 32;

// --- Standing by ------------------------------------------------------------------------------

/// Shorter than this, an owner's own renewal would come too late now and then.
inline constexpr std::chrono::milliseconds takeover_time_min = 1s;
inline constexpr std::chrono::milliseconds takeover_time_max = 60s;
/// An owner writes so often, also when nobody asks: by that a standby sees that it lives.
inline constexpr std::chrono::milliseconds owner_renewal_every = 500ms;
/// How often a standby looks.
inline constexpr std::chrono::milliseconds owner_look_every = 200ms;
/// A process that has not known for so long that it still owns its stores ends: where others stand
/// by, one of them has them by then, or can have them.
inline constexpr std::chrono::milliseconds owner_mute_max = 10s;
/// An owner that was asked before, and that nobody who asks has reached for so long, hands over to
/// who stands by. Longer than a gateway takes to start again.
inline constexpr std::chrono::milliseconds owner_unasked_max = 10s;
/// What happened in a longer gap nobody saw: the wait begins anew.
inline constexpr std::chrono::milliseconds owner_look_gap_max = 1s;

// --- Gateways that end --------------------------------------------------------------------------

/// For so long a gateway that ends answers on the connections that it has, and says with each
/// answer that it is the last one. **Why**: who closes a connection at once cuts off the request
/// that is on its way; at 800 purchases a second that happened at one of five restarts.
inline constexpr std::chrono::milliseconds gateway_drain_time = 1s;
/// A gateway that starts waits so long for the catalogue; then it serves what it can.
inline constexpr std::chrono::milliseconds gateway_catalogue_time_max = 3s;

/// A service that begins reads the keys it remembers in portions of this, the first one before it
/// serves. Between two of them others are read for.
inline constexpr std::size_t known_keys_portion = 20'000;

// --- The catalogue in other processes ---------------------------------------------------------

/// The owner of the catalogue answers a follower that has everything after so long. Two such
/// answers one after the other fit into replica_trust, with time to spare.
inline constexpr std::chrono::milliseconds follow_hold = 150ms;
/// Then a follower asks again.
inline constexpr std::chrono::milliseconds follow_answer_max = 1s;
/// A follower that asked so long ago does not count any more: no change waits for it.
inline constexpr std::chrono::milliseconds follower_lease = 1s;
/// So long after its last question that was answered a follower knows that nothing is missing.
/// Shorter than the lease, by more than clocks differ in their rate.
inline constexpr std::chrono::milliseconds replica_trust = 700ms;
/// One answer to a follower.
inline constexpr std::size_t catalogue_changes_bytes_max = std::size_t{1024} * 1024;

}  // namespace boxoffice::limits
