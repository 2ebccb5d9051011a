#pragma once

#include "storage/redis/link.hpp"

namespace boxoffice::broker {

/// What Redis is asked to do with a stream, as Lua where it has to be whole. Links do not share
/// these objects. All but `add` and `trim` have the keys STREAM and READER, and begin with `token`
/// and `lease`, in milliseconds: they do nothing, and answer {"other"}, unless the token holds the
/// lease, which they renew.
struct redis_streams_scripts {
  redis_streams_scripts();

  /// STREAM: {id type key event}… → how many of them were added. It stops at the first that Redis
  /// does not take; of the very first it answers the error.
  redis::script add;
  /// STREAM: most → {how many were trimmed, how many are left, the slowest group}
  redis::script trim;

  /// group → {"ours", "made" or "found"}. A lease that nobody holds is taken; the group is made at
  /// the beginning of the stream.
  redis::script join;
  /// group most after → {"ours", {entry…}} | {"ours", {}, the last entry that was delivered} |
  /// {"no group"}. After an id: of what is delivered and not acknowledged; after `>`: what is new.
  redis::script read;
  /// group id… → {"ours"}
  redis::script acknowledge;
  /// → {"ours"}: gives the lease back
  redis::script leave;
};

}  // namespace boxoffice::broker
