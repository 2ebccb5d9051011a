#pragma once

#include "storage/broker/rabbitmq.hpp"
#include "storage/broker/rabbitmq/interrupt.hpp"

#include <string>

struct amqp_socket_t_;

namespace boxoffice::broker {

/// TLS of one connection: at least 1.2, with the broker's certificate and name verified. Lives as
/// long as its socket.
class rabbitmq_tls {
 public:
  /// Sets up `socket`, before it is opened; `with` holds it from its first handshake on. Throws
  /// rabbitmq_error when there are no authorities to believe.
  rabbitmq_tls(amqp_socket_t_* socket, const rabbitmq_place& place, rabbitmq_interrupt& with);
  rabbitmq_tls(const rabbitmq_tls&) = delete;
  rabbitmq_tls& operator=(const rabbitmq_tls&) = delete;

  /// What was wrong with the certificate; empty if nothing was.
  [[nodiscard]] const std::string& fault() const { return fault_; }

  // What the library of TLS calls.
  void handshake_on(int socket);
  void found_fault(const char* what) { fault_ = what; }

 private:
  rabbitmq_interrupt& interrupt_;
  bool is_held_{false};
  std::string fault_;
};

}  // namespace boxoffice::broker
