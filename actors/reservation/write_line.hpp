#pragma once

#include "actors/commit/committer.hpp"

#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace boxoffice {

/// The writes that one owner has under way, in order, each with what its outcome means to the
/// owner. After a failure the line goes on under the next generation, and late reports about the
/// one before say nothing. **Thread**: its owner's.
template <class Write, class Entry>
class write_line {
 public:
  using committer_type = committer<Write>;

  write_line(committer_type& to, typename committer_type::report_fn report)
      : to_{to}, writer_{to.enroll(std::move(report))} {}

  /// Hands `write` over, and takes `entry` when there is room for it.
  [[nodiscard]] typename committer_type::submitted submit(Write write, Entry& entry) {
    const auto outcome =
        to_.submit(writer_, generation_, first_ticket_ + entries_.size(), std::move(write));
    if (outcome == committer_type::submitted::accepted) entries_.push_back(std::move(entry));
    return outcome;
  }

  struct settled {
    std::vector<Entry> committed;
    std::vector<Entry> doubtful;  ///< perhaps written
    std::vector<Entry> lost;      ///< surely not written
    /// Everything that the owner decided on top of these is void.
    [[nodiscard]] bool failed() const { return !doubtful.empty() || !lost.empty(); }
  };
  settled on_report(const commit_report& report) {
    settled result;
    if (report.generation != generation_) return result;
    switch (report.outcome) {
      case commit_outcome::committed:
        move_to(result.committed, report.last_ticket);
        return result;
      case commit_outcome::in_doubt:
        move_to(result.doubtful, report.last_ticket);
        break;
      case commit_outcome::failed:
        break;
    }
    move_to(result.lost, first_ticket_ + entries_.size());
    ++generation_;
    return result;
  }

  [[nodiscard]] std::uint32_t generation() const { return generation_; }
  [[nodiscard]] bool empty() const { return entries_.empty(); }

 private:
  void move_to(std::vector<Entry>& to, std::uint64_t last_ticket) {
    while (!entries_.empty() && first_ticket_ <= last_ticket) {
      to.push_back(std::move(entries_.front()));
      entries_.pop_front();
      ++first_ticket_;
    }
  }

  committer_type& to_;
  std::uint32_t writer_;
  std::uint32_t generation_{1};
  std::uint64_t first_ticket_{1};  // of entries_.front()
  std::deque<Entry> entries_;
};

}  // namespace boxoffice
