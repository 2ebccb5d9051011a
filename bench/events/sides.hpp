#pragma once

#include "actors/bus/event_publisher.hpp"

#include <cstdint>
#include <string>

namespace boxoffice::bench {

/// A payment database of its own with `events` events that nobody has published.
class filled_outbox {
 public:
  /// On the server at `url`, as a role that may make databases.
  filled_outbox(std::string url, std::uint64_t events);
  ~filled_outbox();
  filled_outbox(const filled_outbox&) = delete;
  filled_outbox& operator=(const filled_outbox&) = delete;

  [[nodiscard]] std::string location() const;
  [[nodiscard]] std::uint64_t events() const { return events_; }

 private:
  std::string url_, name_;
  std::uint64_t events_;
};

/// Publishes all of it; **units** seconds it took.
///
/// As the server does it: a relay and a publisher, the position in the consumer's row.
double publish_by_relay(const filled_outbox& from, event_publisher& to);
/// As one writes it by hand: a transaction for each 256 rows, `SELECT … FOR UPDATE SKIP LOCKED`,
/// publish and wait for the confirms, `UPDATE … SET published`, COMMIT.
double publish_by_loop(const filled_outbox& from, event_publisher& to);

}  // namespace boxoffice::bench
