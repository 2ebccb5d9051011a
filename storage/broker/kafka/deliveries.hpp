#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

namespace boxoffice::broker {

/// Where the consumers of a group go on in a partition: behind what they have applied.
struct kafka_position {
  std::int32_t partition{0};
  std::int64_t next_offset{0};
  bool operator==(const kafka_position&) const = default;
};

/// What a member of a group has handed out, from record to tag to position. Pure.
///
///     deliver ──▶ under way ──acknowledge──▶ acknowledged ──due──▶ committed
///                     └────────give_up────────▶ (comes again, to whoever has the partition)
///
/// Records of a partition are handed out with ascending offsets as long as an assignment lasts, and
/// tags are acknowledged in their order. So the last acknowledged record of a partition speaks for
/// those before it.
class kafka_deliveries {
 public:
  /// The tag of a record that is handed out.
  std::uint64_t deliver(std::int32_t partition, std::int64_t offset);
  /// Tags that were acknowledged, or never given, are passed over.
  void acknowledge(std::uint64_t through);
  /// The partitions go elsewhere, or come anew. What is under way still is, but its acknowledgement
  /// moves no position.
  void give_up();
  /// Handed out and not acknowledged, of assignments that are over too.
  [[nodiscard]] std::size_t under_way() const { return under_way_.size(); }
  /// Positions that moved since they were last due.
  std::vector<kafka_position> due();
  /// The commit of what was due last failed: all positions are due again.
  void not_committed();

 private:
  struct delivery {
    std::uint64_t assignment{0};
    kafka_position behind;
  };
  struct progress {
    std::int64_t next_offset{0};
    std::int64_t due_offset{0};  ///< what `due` said last
  };

  std::uint64_t assignment_{1};
  std::uint64_t last_tag_{0};
  std::deque<delivery> under_way_;  // its front has the tag last_tag_ - size + 1
  std::map<std::int32_t, progress> positions_;
};

}  // namespace boxoffice::broker
