#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>

namespace boxoffice::http {

/// Bytes that were received and not yet used. `consume` moves nothing: views into the bytes stay
/// valid until `space` is called. Holds no memory until the first byte is expected.
class input_buffer {
 public:
  input_buffer() = default;
  input_buffer(input_buffer&&) = default;
  input_buffer& operator=(input_buffer&&) = default;

  [[nodiscard]] std::string_view bytes() const { return {memory_.get() + begin_, end_ - begin_}; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }
  void consume(std::size_t size) { begin_ += size; }

  /// Room to receive at least `least` bytes into; `commit` says how many came.
  boost::asio::mutable_buffer space(std::size_t least) {
    if (empty()) begin_ = end_ = 0;
    if (capacity_ - end_ < least) make_room(least);
    return {memory_.get() + end_, capacity_ - end_};
  }
  void commit(std::size_t size) { end_ += size; }

  /// Leaves this buffer with the same bytes in fresh memory, and returns the old memory, into which
  /// views still point.
  std::unique_ptr<char[]> move_out() {
    auto old = std::move(memory_);
    const auto size = end_ - begin_;
    capacity_ = std::max(size, step);
    memory_ = std::make_unique_for_overwrite<char[]>(capacity_);
    std::memcpy(memory_.get(), old.get() + begin_, size);
    begin_ = 0;
    end_ = size;
    return old;
  }

 private:
  static constexpr std::size_t step = 4096;

  void make_room(std::size_t least) {
    const auto size = end_ - begin_;
    if (capacity_ - size >= least && begin_ != 0) {
      std::memmove(memory_.get(), memory_.get() + begin_, size);
    } else {
      auto grown = std::max({step, 2 * capacity_, size + least});
      auto fresh = std::make_unique_for_overwrite<char[]>(grown);
      if (size != 0) std::memcpy(fresh.get(), memory_.get() + begin_, size);
      memory_ = std::move(fresh);
      capacity_ = grown;
    }
    begin_ = 0;
    end_ = size;
  }

  std::unique_ptr<char[]> memory_;
  std::size_t capacity_{0}, begin_{0}, end_{0};
};

}  // namespace boxoffice::http
