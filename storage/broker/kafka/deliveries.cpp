#include "storage/broker/kafka/deliveries.hpp"

#include <algorithm>

namespace boxoffice::broker {

std::uint64_t kafka_deliveries::deliver(std::int32_t partition, std::int64_t offset) {
  under_way_.push_back({assignment_, {partition, offset + 1}});
  return ++last_tag_;
}

void kafka_deliveries::acknowledge(std::uint64_t through) {
  const auto end = std::min(through, last_tag_);
  while (!under_way_.empty() && last_tag_ - under_way_.size() + 1 <= end) {
    const auto& front = under_way_.front();
    if (front.assignment == assignment_) {
      auto& next = positions_[front.behind.partition].next_offset;
      next = std::max(next, front.behind.next_offset);
    }
    under_way_.pop_front();
  }
}

void kafka_deliveries::give_up() {
  ++assignment_;
  positions_.clear();
}

std::vector<kafka_position> kafka_deliveries::due() {
  std::vector<kafka_position> moved;
  for (auto& [partition, now] : positions_) {
    if (now.next_offset == now.due_offset) continue;
    now.due_offset = now.next_offset;
    moved.push_back({partition, now.next_offset});
  }
  return moved;
}

void kafka_deliveries::not_committed() {
  for (auto& [partition, now] : positions_)
    now.due_offset = 0;
}

}  // namespace boxoffice::broker
