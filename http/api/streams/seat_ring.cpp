#include "http/api/streams/seat_ring.hpp"

#include "config/stream_limits.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice::http {

void seat_ring::push(std::shared_ptr<const stream_frame> frame,
                     std::shared_ptr<const seat_delta> changes, std::uint64_t version,
                     time_point now) {
  const auto size = frame->chunk().size();
  entries_.push_back({std::move(frame), std::move(changes), version, total_, now});
  total_ += size;
  while (!entries_.empty() && (entries_.size() > limits::stream_ring_frames_max ||
                               held_bytes() > limits::stream_ring_bytes_max ||
                               entries_.front().at + limits::stream_ring_time_max < now)) {
    base_version_ = entries_.front().version;
    entries_.pop_front();
    base_ = entries_.empty() ? total_ : entries_.front().begin;
    ++first_;
  }
}

void seat_ring::restart(std::uint64_t version) {
  first_ = end();
  entries_.clear();
  base_version_ = version;
  base_ = total_;
}

// Versions only grow, and the next frame begins where the one before it ends.
std::optional<seat_ring::cursor> seat_ring::after(std::uint64_t version) const {
  const auto next = std::ranges::upper_bound(entries_, version, {}, &entry::version);
  const auto index = static_cast<std::size_t>(next - entries_.begin());
  const auto reached = index == 0 ? base_version_ : entries_[index - 1].version;
  if (reached != version) return std::nullopt;
  return first_ + index;
}

std::size_t seat_ring::behind(cursor at) const {
  return at == end() ? 0 : total_ - entries_[at - first_].begin;
}

void seat_ring::read(cursor& at, stream_frames& out) const {
  for (std::size_t bytes = 0; at != end() && out.size() < limits::http_stream_write_frames_max &&
                              bytes < limits::http_stream_write_bytes_max;
       ++at) {
    out.push_back(entries_[at - first_].frame);
    bytes += out.back()->chunk().size();
  }
}

std::vector<const seat_delta*> seat_ring::changes(cursor at) const {
  std::vector<const seat_delta*> found;
  for (; at != end(); ++at)
    if (const auto& each = entries_[at - first_].changes) found.push_back(each.get());
  return found;
}

}  // namespace boxoffice::http
