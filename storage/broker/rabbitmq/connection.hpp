#pragma once

#include "storage/broker/rabbitmq.hpp"
#include "storage/broker/rabbitmq/incoming.hpp"
#include "storage/broker/rabbitmq/interrupt.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct amqp_rpc_reply_t_;

namespace boxoffice::broker {

/// A message on its way to the broker. Borrows its texts.
struct rabbitmq_message {
  std::string_view exchange, routing_key, id, body;
  std::string_view type{};    ///< left out if empty
  std::string_view reason{};  ///< the header of that name, left out if empty
};

/// The longest text that AMQP takes as a routing key, an id or a type.
inline constexpr std::size_t rabbitmq_short_bytes_max = 255;

/// One connection to a broker: opened, used until it fails, and opened again. Every call but the
/// constructor throws rabbitmq_error when the broker refuses something or is away; then the caller
/// closes this. Its errors are sentences with the broker's name, and without its password.
/// **Thread**: one. Others reach it through the interrupt, which outlives it.
class rabbitmq_connection {
 public:
  using time_point = rabbitmq_interrupt::time_point;

  /// `purpose` is what the broker's tools show.
  rabbitmq_connection(rabbitmq_place place, std::string purpose, rabbitmq_interrupt& with);
  ~rabbitmq_connection();
  rabbitmq_connection(const rabbitmq_connection&) = delete;
  rabbitmq_connection& operator=(const rabbitmq_connection&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] bool is_open() const { return library_ != nullptr; }
  void open();
  void close() noexcept;
  /// Takes leave of the broker, for a short time at most, and closes.
  void end() noexcept;

  // What must be there before messages are. A call returns when the broker has done it.
  void open_channel(rabbitmq_channel which);
  /// From now on the broker settles what is published there.
  void confirm_on(rabbitmq_channel which);
  /// Makes the exchange of the place.
  void make_exchange(rabbitmq_channel on);
  /// Makes a durable quorum queue of which one reader at a time gets anything.
  void make_queue(rabbitmq_channel on, const std::string& queue);
  /// Makes a stream, which keeps all that is put there.
  void make_stream(rabbitmq_channel on, const std::string& stream);
  void bind(rabbitmq_channel on, const std::string& queue, const std::string& pattern);
  /// Deliveries of the queue begin: at most `unacknowledged` at a time.
  void consume(rabbitmq_channel on, const std::string& queue, std::uint16_t unacknowledged);
  /// The same of a stream, from its beginning.
  void consume_stream(rabbitmq_channel on, const std::string& stream, std::uint16_t unacknowledged);

  /// Sends a persistent message that must reach a queue. It blocks when the broker takes nothing:
  /// see `wait`.
  void publish(rabbitmq_channel on, const rabbitmq_message& what);
  void acknowledge_all_up_to(rabbitmq_channel on, std::uint64_t tag);

  /// What the broker has said; nothing if it has not. It also keeps up the heartbeat, for which the
  /// owner calls it after each `wait`.
  std::optional<rabbitmq_incoming> next();
  enum class wish : bool { to_hear, to_send_too };
  enum class wait_result : bool { nothing, can_send };
  /// Waits until the broker speaks, or the owner is woken, or it is time for a heartbeat, or until
  /// the broker takes something, if that is the wish, or `until`. To be heard comes first.
  wait_result wait(wish what, time_point until);

  /// Why the broker takes no messages for now.
  [[nodiscard]] const std::optional<std::string>& blocked() const { return blocked_; }

 private:
  struct library;
  void reach();
  void log_in();
  void expect(const amqp_rpc_reply_t_& reply, const std::string& doing);
  void expect_done(const std::string& doing);
  void expect_sent(int status, const std::string& doing);
  [[noreturn]] void lose(const std::string& text) const;
  [[noreturn]] void refuse(const amqp_method_t_& method, const std::string& doing) const;
  void obey(const amqp_frame_t_& frame);

  rabbitmq_place place_;
  std::string purpose_, name_;
  rabbitmq_interrupt& interrupt_;
  std::unique_ptr<library> library_;
  rabbitmq_assembler assembler_;
  std::optional<std::string> blocked_;
};

}  // namespace boxoffice::broker
