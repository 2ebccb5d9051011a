#pragma once

#include "storage/broker/kafka/sender.hpp"

#include <functional>
#include <vector>

namespace boxoffice::broker {

/// Events as records of a topic: the key, the body, and the headers `content-type`, `id`, `type`.
class kafka_publisher final : public event_publisher {
 public:
  explicit kafka_publisher(kafka_place where);

  void publish(std::vector<event_record> batch, std::function<void(answer)> done) override;
  /// For tests of what the sender does when its producer fails.
  kafka_sender& sender() { return sender_; }

 private:
  kafka_sender sender_;
};

}  // namespace boxoffice::broker
