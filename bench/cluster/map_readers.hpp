#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

namespace boxoffice::load {

/// Many live streams of one seat map over several gateways. Each is read as an EventSource is read
/// behind a load balancer: who loses its connection comes back after the time it was told, or a
/// second, to another gateway, and says what it knows (`Last-Event-ID`).
///
/// Maps are texts, a letter a seat: A, H or S.
class map_readers {
 public:
  using clock = std::chrono::steady_clock;
  struct plan {
    std::vector<boost::asio::ip::tcp::endpoint> gateways;
    std::string schedule;
    std::size_t count{100};
  };

  /// Returns when each has the map. Throws std::runtime_error when one does not get it in a minute.
  explicit map_readers(const plan& how);
  ~map_readers();
  map_readers(const map_readers&) = delete;
  map_readers& operator=(const map_readers&) = delete;

  /// From now on a reader is right once it was told of the map anew, and knows it as a GET that
  /// was sent from now on shows it at the same version.
  void mark();
  /// What a GET has shown that was sent at `asked`.
  void note(clock::time_point asked, std::uint64_t version, std::string map);
  /// From `mark` until every reader was right; empty: they were not within `patience`.
  std::optional<clock::duration> await_all_right(std::chrono::milliseconds patience);
  /// How many have lost their connection now, or know another map than this.
  std::size_t count_other_than(const std::string& map);

  struct seen {
    std::size_t wrong{0};  ///< times that a reader knew another map than a GET of its version
    std::size_t gaps{0};   ///< deltas that did not begin where the reader was
    std::size_t lost{0};   ///< connections that ended
    std::size_t resumed{0}, snapshots{0};
  };
  [[nodiscard]] seen what_was_seen();

 private:
  class crowd;
  std::unique_ptr<crowd> crowd_;
};

/// What `GET /v1/schedules/{id}/seats` says, in letters.
std::string map_in(const std::string& body, std::uint64_t& version);

}  // namespace boxoffice::load
