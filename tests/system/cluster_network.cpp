#include "tests/system/cluster_network.hpp"

#include "tests/servers/test_servers.hpp"

#include <regex>

namespace boxoffice::system_test {
namespace {

using direction = test::tcp_proxy::direction;
using surroundings = rush::service_nodes::surroundings;

std::string port_of(const std::string& url) {
  const auto begin = url.rfind(':') + 1;
  return url.substr(begin, url.find_first_not_of("0123456789", begin) - begin);
}

std::string by_sockets(const std::string& settings) {
  static const std::regex postgres{R"(postgresql://(\w+)@[\d.]+:(\d+)/(\w+))"};
  static const std::regex redis{R"(redis://[\d.]+:\d+)"};
  const auto first = std::regex_replace(
      settings, postgres,
      "host=" + test::postgres_socket_folder().string() + " port=$2 user=$1 dbname=$3");
  return std::regex_replace(first, redis, "redis+unix://" + test::redis_socket().string());
}

}  // namespace

surroundings proxied_network::around(const std::string& node) {
  return {
      .port =
          [this, node](std::uint16_t port) {
            auto& proxy = links_[node];
            if (!proxy) proxy = std::make_unique<test::tcp_proxy>(port);
            return static_cast<std::uint16_t>(proxy->port());
          },
      .stores = [this, node](
                    std::string settings) { return through_proxies(node, std::move(settings)); }};
}

std::string proxied_network::through_proxies(const std::string& node, std::string settings) {
  auto& proxies = stores_[node];
  const bool first = proxies.empty();
  std::size_t number = 0;
  for (const auto& real :
       {port_of(test::postgres_server_url()), port_of(test::redis_server_url())}) {
    if (first) proxies.push_back(std::make_unique<test::tcp_proxy>(std::stoi(real)));
    settings = std::regex_replace(settings, std::regex{":" + real + "\\b"},
                                  ":" + std::to_string(proxies.at(number++)->port()));
  }
  return settings;
}

void proxied_network::drop_inbound(const std::string& node, bool on) {
  links_.at(node)->stall(direction::to_server, on);
}
void proxied_network::drop_outbound(const std::string& node, bool on) {
  links_.at(node)->stall(direction::to_client, on);
}
void proxied_network::delay(const std::string& node, std::chrono::milliseconds by) {
  links_.at(node)->delay(by);
}
void proxied_network::cut_stores(const std::string& node, bool on) {
  for (const auto& each : stores_.at(node))
    each->stall(on);
}

surroundings namespaced_network::around(const std::string& node) {
  auto& address = addresses_[node];
  if (address.empty()) address = machines_.add(node);
  return {.host = address, .entering = machines_.entering(node), .stores = by_sockets};
}

}  // namespace boxoffice::system_test
