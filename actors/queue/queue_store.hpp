#pragma once

#include "actors/commit/commit.hpp"
#include "actors/queue/waiting_room.hpp"

#include <span>
#include <vector>

namespace boxoffice {

/// The part of a queue_ranking batch that concerns waiting rooms: the entry as it is from now on,
/// insert or replace by token.
struct queue_write {
  queue_entry entry;
};

/// Reads of committed state. **Thread**: the reader's. Throws when the store cannot be read.
class queue_reader {
 public:
  virtual ~queue_reader() = default;
  /// Entries of a concert that are waiting or active, or ended after `ended_after`, by sequence;
  /// and the highest sequence ever given.
  struct room_state {
    std::vector<queue_entry> entries;
    std::uint64_t last_sequence{0};
  };
  virtual room_state load_room(concert_id concert, time_point ended_after) = 0;
};

}  // namespace boxoffice
