#pragma once

#include "actors/bus/event_source.hpp"
#include "storage/broker/redis_streams.hpp"
#include "storage/broker/redis_streams/scripts.hpp"
#include "storage/redis/link.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice::broker {

/// A group at its stream, as one source sees it, and what this source has read for it.
///
/// **Why** a lease: two readers of one group would each get a part of a key's events, and apply
/// them in any order. So one source reads at a time. The key `reader` holds its token, and every
/// script compares the token before it reads or acknowledges: one that was paused for longer than
/// its lease gets nothing more. What it has handed over by then arrives at the next reader too,
/// which begins with everything that is not acknowledged; a consumer knows a repetition by its
/// sequence.
///
/// **Thread**: one. **Faults** of all calls but `park` and `leave`: storage_error; `replaced`
/// when another source reads, `gone` when the group is not there. After each, `join` again.
class redis_streams_group {
 public:
  redis_streams_group(redis_streams_place place, std::string group);

  enum class standing : std::uint8_t { reader, standby };
  /// Connects and asks to read. As a reader it begins anew with what is delivered and not
  /// acknowledged; tags from before are over.
  standing join();
  /// What comes next, of which there may be nothing. **Requires** room.
  std::vector<event_source::arrival> read();
  /// Whether the last `read` has come to the end of the stream.
  [[nodiscard]] bool is_at_end() const { return at_end_; }
  /// Waits for an entry behind that end, for a fifth of a second.
  void wait_for_more();
  /// Also renews the lease, with nothing to acknowledge too.
  void acknowledge(std::uint64_t through);
  /// Whether Redis holds it.
  bool park(const std::string& body, const std::string& reason);
  /// All that was ever parked for the group; nothing when it cannot be read now.
  std::optional<event_source::parked_records> read_parked();
  /// Gives the lease back, if it can be done now.
  void leave();

  [[nodiscard]] std::size_t room() const;
  [[nodiscard]] const std::string& name() const { return link_.name(); }

 private:
  /// Beside its tag, what a parked event keeps of its entry.
  struct delivered {
    std::uint64_t tag;
    std::string entry;
    std::vector<std::string> head;  ///< names and values of all fields but `event`
    std::size_t body_hash;
  };
  redis::reply ask(redis::script& what, std::vector<std::string> more);
  void acknowledge_entries(std::vector<std::string> entries);
  std::vector<event_source::arrival> take(std::vector<redis::reply> entries);
  [[nodiscard]] std::string parked_stream() const { return stream_ + ':' + group_ + ":parked"; }

  const std::string stream_, group_;
  const std::vector<std::string> keys_;
  const std::string token_;
  redis::link link_;
  redis_streams_scripts scripts_;
  std::deque<delivered> delivered_;
  std::uint64_t last_tag_{0};
  std::uint64_t session_{0};  // as a reader
  std::string after_;         // where the next read goes on: an id, or ">"
  std::string newest_;        // the last entry that was delivered to the group
  bool at_end_{false};
};

}  // namespace boxoffice::broker
