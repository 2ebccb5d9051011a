#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace boxoffice {

/// Where a RabbitMQ is, and how to enter. Written as
///
///     amqp[s]://[user[:password]@]host[:port][/vhost]
///
/// All parts may be percent-encoded: the vhost `/`, which is the default, is `%2F` or nothing.
/// **Source** the RabbitMQ URI specification.
struct rabbitmq_location {
  std::string host;
  std::uint16_t port{0};
  enum class transport : std::uint8_t { plain, tls } over{transport::plain};
  std::string user{"guest"}, password{"guest"};
  std::string vhost{"/"};
};

/// What is wrong with the text, as the rest of a sentence that begins with its name. It quotes
/// nothing of the text.
std::variant<rabbitmq_location, std::string> parse_rabbitmq_location(std::string_view text);

}  // namespace boxoffice
