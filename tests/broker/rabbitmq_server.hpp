#pragma once

#include "storage/broker/rabbitmq.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace boxoffice::broker_test {

/// A RabbitMQ of tests/servers/rabbitmq.
class rabbitmq_server {
 public:
  /// The one of all tests: that of CTest (TEST_BROKERS names its folder), or one that this program
  /// starts at first use and ends with itself.
  static rabbitmq_server& shared();

  /// One of its own, in a new folder; it ends with this.
  rabbitmq_server();
  ~rabbitmq_server();
  rabbitmq_server(const rabbitmq_server&) = delete;
  rabbitmq_server& operator=(const rabbitmq_server&) = delete;

  [[nodiscard]] rabbitmq_location location() const;
  /// The same, with TLS, and the certificate of its authority.
  [[nodiscard]] rabbitmq_location tls_location() const;
  [[nodiscard]] std::filesystem::path ca_file() const;
  void start() const;
  void kill() const;
  /// Its processes stand still, and go on.
  void freeze() const;
  void thaw() const;
  /// Runs Erlang in it, as `rabbit_alarm:clear_alarm(a).`; returns what was printed.
  std::string eval(const std::string& erlang) const;  // NOLINT(modernize-use-nodiscard)

 private:
  explicit rabbitmq_server(std::filesystem::path directory);
  void signal(int number) const;

  std::filesystem::path directory_;
  bool is_own_;
};

/// A port where nobody speaks AMQP.
class silent_port {
 public:
  silent_port();
  ~silent_port();
  silent_port(const silent_port&) = delete;
  silent_port& operator=(const silent_port&) = delete;

  [[nodiscard]] std::uint16_t number() const { return number_; }
  /// Ends every connection as it comes; how many came in that time. Else none is answered.
  int turn_away(std::chrono::milliseconds time) const;  // NOLINT(modernize-use-nodiscard)

 private:
  int listener_;
  std::uint16_t number_{0};
};

/// An exchange name that nobody else has.
std::string fresh_exchange();

/// What anybody can do at a broker: a plain client, to look at our side from the other one. Each
/// call throws std::runtime_error when the broker says no; then the probe is of no use any more.
class rabbitmq_probe {
 public:
  explicit rabbitmq_probe(const rabbitmq_location& where);
  ~rabbitmq_probe();
  rabbitmq_probe(const rabbitmq_probe&) = delete;
  rabbitmq_probe& operator=(const rabbitmq_probe&) = delete;

  enum class lasting : bool { with_the_probe, durable };
  /// Makes a queue and binds it, to an exchange that is made too.
  void make_queue(const std::string& queue, const std::string& exchange, const std::string& key,
                  lasting how = lasting::with_the_probe);
  struct message {
    std::string body, routing_key, id, type, content_type, reason;
    int delivery_mode{0};
  };
  /// Takes the first one; nothing when the queue is empty.
  std::optional<message> take(const std::string& queue);
  /// Messages of a queue, or nothing when there is no such queue.
  std::optional<std::size_t> count(const std::string& queue);
  void remove_queue(const std::string& queue);
  void remove_exchange(const std::string& exchange);

 private:
  struct library;
  std::unique_ptr<library> library_;
};

}  // namespace boxoffice::broker_test
