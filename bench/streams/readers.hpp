#pragma once

#include "bench/load/histogram.hpp"
#include "bench/streams/change_times.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <boost/asio/ip/tcp.hpp>

namespace boxoffice::load {

struct readers_plan {
  boost::asio::ip::tcp::endpoint server;
  std::string target;          ///< of the stream
  std::string fields{};        ///< of the request, a line each
  std::size_t count{0};        ///< that read at once
  std::size_t timed_max{500};  ///< of them, so many read what they are sent; the rest count it
  /// One more, which reads as slowly as this. 0: none. **Units** bytes a second.
  std::size_t slow{0};
};

/// What the readers saw between `measure` and `stop`.
struct seen_changes {
  histogram latency;          ///< from the request that changes a seat to a reader that knows it
  std::uint64_t frames{0};    ///< of the timed readers
  std::uint64_t bytes{0};     ///< of all
  std::uint64_t gaps{0};      ///< a delta that does not begin where the one before ended
  std::uint64_t lost{0};      ///< readers whose connection ended
  std::size_t held_bytes{0};  ///< most that lay in the sockets on their way to the slow reader
  histogram recovery;         ///< of the slow reader: until it knew what the others knew
};

/// Many readers of one seat map, or of the figures of the house, on one thread.
class readers {
 public:
  /// Connects them; returns when each has the map, or a summary. Throws std::runtime_error when
  /// one does not get it in a minute.
  readers(const readers_plan& plan, const change_times& times);
  ~readers();
  readers(const readers&) = delete;
  readers& operator=(const readers&) = delete;

  void measure();
  seen_changes stop();

 private:
  class crowd;
  std::unique_ptr<crowd> crowd_;
};

}  // namespace boxoffice::load
