#pragma once

#include "actors/caf/message.hpp"
#include "actors/core/call_context.hpp"
#include "actors/core/fault.hpp"
#include "actors/core/metrics.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace boxoffice {

/// How long something took, since its process began: how many times fell below each bound.
struct duration_counts {
  std::uint64_t first_bound{0};        ///< **Units**: microseconds; each further one is its double
  std::vector<std::uint64_t> buckets;  ///< not cumulative; the last one is beyond all bounds
};

/// Adds what `more` has counted. **Requires** histograms of times, which all have the same bounds.
inline void add(duration_counts& to, const histogram& more) {
  to.first_bound = more.bound(0);
  to.buckets.resize(histogram::bucket_count + 1);
  for (std::size_t i = 0; i < to.buckets.size(); ++i)
    to.buckets[i] += more.in_bucket(i);
}

/// How long the commits of a store took.
struct commit_times {
  std::string store;
  duration_counts took;
};

inline commit_times times_of(std::string store, const histogram& latency) {
  commit_times out{std::move(store), {}};
  add(out.took, latency);
  return out;
}

/// How far a consumer of the outbox is behind.
struct consumer_lag {
  std::string consumer;
  std::int64_t events{0};   ///< of the batch that is read
  std::int64_t seconds{0};  ///< age of the oldest event it has not applied
  std::int64_t parked{0};
};

/// Asks a service for what operators see of it at a glance. Answered from memory, without the
/// store.
struct read_figures {
  using reply = struct figures_reply;
  std::uint64_t correlation{0};
  call_context call{};
};

/// What a service counts; a member that is not its business is empty. `…_total` have grown since
/// its process began, the others are levels.
/// **Faults** unavailable: it is reading its store.
struct figures_reply {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  std::optional<std::int64_t> seats_held{};
  std::optional<std::int64_t> seats_sold{};  ///< refunded ones left out; as the ranking has them
  std::optional<std::int64_t> tokens_waiting{};
  std::optional<std::int64_t> tokens_active{};
  std::optional<std::int64_t> sagas_open{};
  std::optional<std::int64_t> sagas_parked{};
  std::optional<std::int64_t> saga_oldest_seconds{};  ///< of the open ones
  std::optional<std::int64_t> purchases_total{};
  std::optional<std::int64_t> refusals_total{};  ///< of holds, or of payments
  std::vector<consumer_lag> consumers{};
  std::vector<commit_times> commits{};
};

}  // namespace boxoffice

// CAF itself never writes it: links have a form of their own (actors/cluster/wire.hpp).
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::figures_reply)
