#pragma once

#include "storage/broker/kafka/sender.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace boxoffice::broker {

/// Where a group's consumers keep the events that they do not take: a topic of the group. It has no
/// connection before the first of them. **Thread**: any.
class kafka_parking {
 public:
  kafka_parking(const kafka_place& of, const std::string& group);
  /// What is under way is answered before it returns.
  ~kafka_parking();
  kafka_parking(const kafka_parking&) = delete;
  kafka_parking& operator=(const kafka_parking&) = delete;

  /// As event_source::park. At most limits::bus_unacknowledged_max wait; of more,
  /// `done(false)` is called at once.
  void keep(std::string body, std::string reason, std::function<void(bool)> done);

 private:
  struct kept {
    kafka_message message;
    std::function<void(bool)> done;
  };

  /// Sends what waits, unless something is under way. **Requires** lock_.
  void send_next();
  void answered(const event_publisher::answer& what);

  const kafka_place where_;
  std::mutex lock_;
  std::deque<kept> waiting_;                          // guarded by lock_
  std::vector<std::function<void(bool)>> under_way_;  // guarded by lock_
  bool ends_{false};                                  // guarded by lock_
  std::unique_ptr<kafka_sender> sender_;              // made under lock_; last, it calls `answered`
};

}  // namespace boxoffice::broker
