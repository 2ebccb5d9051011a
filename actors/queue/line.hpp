#pragma once

#include "actors/core/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace boxoffice {

/// People standing in line in order of their sequence numbers, who may leave from anywhere. Every
/// operation takes O(log n) (amortised), so a position is live also with a million in front.
///
/// **Source** of the position: P. Fenwick, "A new data structure for cumulative frequency tables",
/// 1994. **Thread**: its owner's.
class line {
 public:
  /// Adds one person. **Requires** that `sequence` is not in line. Usually it is the highest so
  /// far; any other costs O(n).
  void insert(std::uint64_t sequence, queue_token token);
  /// Takes one person out, if there.
  void remove(std::uint64_t sequence);
  /// 1 for the first; 0 when not in line.
  [[nodiscard]] std::uint32_t position(std::uint64_t sequence) const;
  /// The first in line.
  [[nodiscard]] std::optional<queue_token> front();
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

 private:
  struct place {
    std::uint64_t sequence;
    queue_token token;
    bool taken;
  };
  [[nodiscard]] std::size_t index_of(std::uint64_t sequence) const;
  [[nodiscard]] std::uint32_t count_through(std::size_t index) const;
  void add(std::size_t index, std::uint32_t what);
  void compact();
  void rebuild_counts();

  std::vector<place> places_;          // by sequence, with gaps where people left
  std::vector<std::uint32_t> counts_;  // Fenwick tree over places_, from 1
  std::size_t first_{0};               // nobody stands before this index
  std::size_t size_{0};
};

}  // namespace boxoffice
