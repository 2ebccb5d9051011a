#pragma once

#include "actors/bus/event_publisher.hpp"
#include "actors/bus/event_source.hpp"
#include "storage/redis/location.hpp"

#include <memory>
#include <string>

namespace boxoffice::broker {

/// A stream of Redis 6.2 or newer, one server or one behind sentinels. `prefix` of the location is
/// not used.
///
///     key                 type    holds
///     ──────────────────  ──────  ──────────────────────────────────────────────────────────
///     STREAM              stream  an event as the fields `id`, `type`, `key` and `event`
///     STREAM:GROUP:reader text    who reads for the group now; runs out when he is gone
///     STREAM:GROUP:parked  stream  what its consumer does not take: the same and `reason`
///
/// What is confirmed is as durable as the server was told to make it: `appendfsync always` for
/// every event, and no promise of Redis when a replica is promoted. `maxmemory-policy` has to be
/// `noeviction`, or Redis throws the stream away as it throws away a cache.
struct redis_streams_place {
  redis::location where;
  std::string stream{"boxoffice:payments"};
};

/// Adds to the stream, and makes it with its first event. It also trims the stream: behind what the
/// slowest group has acknowledged, in small portions, every few seconds. While there is no group
/// nothing is trimmed, so that a first group finds everything.
///
/// An event of more than 1 MiB is rejected: the smallest bound that a Redis can be given. Where a
/// key of another type has the name of the stream, `try_later` says so.
std::unique_ptr<event_publisher> open_redis_streams_publisher(redis_streams_place where);

/// Reads for a group, and makes it at the beginning of the stream. Of the sources of one group one
/// reads, and the others stand by: the order of a key is kept also while two processes live. The
/// reader holds a lease of five seconds. One that is destroyed gives it back, and another takes
/// over within half a second; after a kill -9 it takes five. The next reader begins with what was
/// delivered and not acknowledged.
std::unique_ptr<event_source> open_redis_streams_source(redis_streams_place where,
                                                        std::string group);

}  // namespace boxoffice::broker
