#pragma once

#include "storage/broker/rabbitmq/confirms.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

// Of the library, whose headers stay in .cpp files.
struct amqp_bytes_t_;
struct amqp_frame_t_;
struct amqp_method_t_;

namespace boxoffice::broker {

/// The channels of a connection. Each side uses what it needs of them.
enum class rabbitmq_channel : std::uint16_t { connection = 0, events = 1, parking = 2 };

// What a broker says on a channel without being asked.

struct rabbitmq_settled {
  rabbitmq_channel on;
  std::uint64_t tag;
  rabbitmq_confirms::reach far;
  rabbitmq_confirms::word what;
};
/// A message that no queue gets. It is confirmed next.
struct rabbitmq_returned {
  rabbitmq_channel on;
  std::string message_id, routing_key, why;
};
struct rabbitmq_delivery {
  std::uint64_t tag;
  std::string body;
  std::string reason{};  ///< the header of that name
};
/// The broker ended our consuming: the queue is gone.
struct rabbitmq_cancelled {};

using rabbitmq_incoming =
    std::variant<rabbitmq_settled, rabbitmq_returned, rabbitmq_delivery, rabbitmq_cancelled>;

std::string text_of(amqp_bytes_t_ from);

/// Puts the frames of a connection's channels together.
class rabbitmq_assembler {
 public:
  /// Something whole, if `frame` completes it.
  std::optional<rabbitmq_incoming> take(const amqp_frame_t_& frame);

 private:
  /// A method with a body, whose frames are still coming.
  struct content {
    std::variant<std::monostate, rabbitmq_returned, rabbitmq_delivery> of;
    std::uint64_t bytes_left{0};
  };
  std::optional<rabbitmq_incoming> take_method(rabbitmq_channel on, const amqp_method_t_& method);
  static std::optional<rabbitmq_incoming> completed(content& on);

  std::array<content, 3> contents_;
};

}  // namespace boxoffice::broker
