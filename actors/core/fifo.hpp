#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace boxoffice {

/// First in, first out, in one block of memory that stays. **Why** not std::deque: it asks for
/// memory every 512 bytes, which is each entry or two where entries are large.
template <class T>
class fifo {
 public:
  [[nodiscard]] bool empty() const { return first_ == items_.size(); }
  [[nodiscard]] std::size_t size() const { return items_.size() - first_; }
  [[nodiscard]] T& front() { return items_[first_]; }
  void push_back(T item) { items_.push_back(std::move(item)); }
  void pop_front() {
    if (++first_ == items_.size()) {
      items_.clear();
      first_ = 0;
    } else if (first_ > items_.size() / 2 && first_ >= moved_at_least) {
      items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(first_));
      first_ = 0;
    }
  }

 private:
  static constexpr std::size_t moved_at_least = 64;

  std::vector<T> items_;
  std::size_t first_{0};  // what stands before it is gone
};

}  // namespace boxoffice
