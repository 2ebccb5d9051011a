#include "actors/point/point_writer.hpp"

namespace boxoffice {

point_writer::submitted point_writer::submit(std::uint32_t generation, point_write write,
                                             account_result result) {
  const std::scoped_lock hold{lock_};
  if (generation != generation_) return submitted::stale;
  using queue = committer<point_write>;
  if (commits_.submit(number_, generation, last_ticket_ + 1, std::move(write)) ==
      queue::submitted::full)
    return submitted::full;
  waiting_.push_back({++last_ticket_, std::move(result)});
  return submitted::accepted;
}

point_writer::awaited point_writer::after_submitted(std::uint32_t generation,
                                                    const account_result& result) {
  const std::scoped_lock hold{lock_};
  if (generation != generation_) return awaited::stale;
  if (waiting_.empty()) return awaited::now;
  waiting_.push_back({last_ticket_, result});
  return awaited::later;
}

void point_writer::take_committed(std::uint64_t last_ticket, std::vector<account_result>& into) {
  into.clear();
  const std::scoped_lock hold{lock_};
  while (!waiting_.empty() && waiting_.front().ticket <= last_ticket) {
    into.push_back(std::move(waiting_.front().result));
    waiting_.pop_front();
  }
}

std::vector<point_writer::waiting_result> point_writer::next_generation() {
  const std::scoped_lock hold{lock_};
  ++generation_;
  std::vector<waiting_result> voided(std::make_move_iterator(waiting_.begin()),
                                     std::make_move_iterator(waiting_.end()));
  waiting_.clear();
  return voided;
}

}  // namespace boxoffice
