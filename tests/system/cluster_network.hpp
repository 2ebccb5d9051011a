#pragma once

#include "tests/rush/service_nodes.hpp"
#include "tests/servers/network_namespaces.hpp"
#include "tests/servers/tcp_proxy.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace boxoffice::system_test {

/// What the nodes of a cluster hear each other by, and how it fails.
class cluster_network {
 public:
  virtual ~cluster_network() = default;
  /// For service_nodes.
  virtual rush::service_nodes::surroundings around(const std::string& node) = 0;
  /// From now on nothing that others send to a node arrives there, or everything does again.
  virtual void drop_inbound(const std::string& node, bool on) = 0;
  /// The same for what it sends to them.
  virtual void drop_outbound(const std::string& node, bool on) = 0;
};

/// A proxy before each node, and between each node and its stores.
class proxied_network final : public cluster_network {
 public:
  rush::service_nodes::surroundings around(const std::string& node) override;
  void drop_inbound(const std::string& node, bool on) override;
  void drop_outbound(const std::string& node, bool on) override;
  /// Each piece that goes to or from it takes so much longer.
  void delay(const std::string& node, std::chrono::milliseconds by);
  /// Nothing reaches its stores, nor comes from there.
  void cut_stores(const std::string& node, bool on);

 private:
  std::string through_proxies(const std::string& node, std::string settings);

  std::map<std::string, std::unique_ptr<test::tcp_proxy>> links_;
  std::map<std::string, std::vector<std::unique_ptr<test::tcp_proxy>>> stores_;
};

/// Each node on a machine of its own: a network namespace. They reach their stores by sockets of
/// the file system. **Requires** network_namespaces::can_be_made().
class namespaced_network final : public cluster_network {
 public:
  rush::service_nodes::surroundings around(const std::string& node) override;
  void drop_inbound(const std::string& node, bool on) override { machines_.drop_inbound(node, on); }
  void drop_outbound(const std::string& node, bool on) override {
    machines_.drop_outbound(node, on);
  }

 private:
  test::network_namespaces machines_;
  std::map<std::string, std::string> addresses_;
};

}  // namespace boxoffice::system_test
