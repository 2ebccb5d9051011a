#pragma once

#include <stdexcept>
#include <string>

namespace boxoffice::broker {

/// Why a connection to RabbitMQ cannot be used any more.
class rabbitmq_error : public std::runtime_error {
 public:
  enum class kind {
    unreachable,     ///< there is no connection, or it is lost
    refused,         ///< the broker closed it, and says why: login, virtual host, its own end
    channel_closed,  ///< the broker did not like one of our calls, and says why
  };
  rabbitmq_error(kind why, const std::string& text, int code = 0)
      : std::runtime_error{text}, why_{why}, code_{code} {}

  [[nodiscard]] kind why() const { return why_; }
  /// Of AMQP, as 404 for what does not exist; 0 for what is not the broker's word.
  [[nodiscard]] int code() const { return code_; }

 private:
  kind why_;
  int code_;
};

}  // namespace boxoffice::broker
