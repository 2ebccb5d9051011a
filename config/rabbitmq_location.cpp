#include "config/rabbitmq_location.hpp"

#include "config/address.hpp"

#include <optional>

namespace boxoffice {
namespace {

constexpr std::uint16_t plain_port = 5672;
constexpr std::uint16_t tls_port = 5671;
constexpr std::string_view form =
    "must be of the form amqp[s]://[USER:PASSWORD@]HOST[:PORT][/VHOST]";

}  // namespace

std::variant<rabbitmq_location, std::string> parse_rabbitmq_location(std::string_view text) {
  const auto read = parse_server_address(text);
  if (const auto* fault = std::get_if<address_fault>(&read))
    return std::string{*fault == address_fault::scheme ? form : to_text(*fault)};
  const auto& from = std::get<server_address>(read);
  if ((from.scheme != "amqp" && from.scheme != "amqps") || from.hosts.size() != 1 ||
      !from.query.empty())
    return std::string{form};
  rabbitmq_location out;
  out.over = from.scheme == "amqps" ? rabbitmq_location::transport::tls
                                    : rabbitmq_location::transport::plain;
  out.host = from.hosts.front().host;
  out.port = from.hosts.front().port.value_or(from.scheme == "amqps" ? tls_port : plain_port);
  if (from.user) out.user = *from.user;
  if (from.password) out.password = *from.password;
  if (from.user && !from.password) return std::string{"must have a password where it has a user"};
  if (from.path.size() > 1) out.vhost = from.path.substr(1);
  return out;
}

}  // namespace boxoffice
