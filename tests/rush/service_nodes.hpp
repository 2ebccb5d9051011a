#pragma once

#include "tests/rush/server_process.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace boxoffice::rush {

/// The services of one server as a process each, on loopback: concert, point, reservation,
/// queue_ranking and payment. What is missing is a gateway: start one, or several.
class service_nodes {
 public:
  /// `folder` has `stores.toml` when the stores are servers; each node keeps its files in
  /// `folder/node-NAME/data`. `settings` are for all of them.
  /// `each`: twice gives every service a second node, NAME-2, which stands by.
  enum class each_runs : std::uint8_t { once, twice };
  /// Where a service's node is, and what stands between it and others.
  struct surroundings {
    std::string host{"127.0.0.1"};        ///< on which others ask for its services
    std::vector<std::string> entering{};  ///< what the command that starts it begins with
    /// The port under which others find it, who listens on `port`. Empty: that one.
    std::function<std::uint16_t(std::uint16_t port)> port{};
    /// The settings of its stores, changed. Empty: as they are.
    std::function<std::string(std::string settings)> stores{};
  };
  using surroundings_of = std::function<surroundings(const std::string& node)>;
  service_nodes(std::filesystem::path program, std::filesystem::path folder,
                std::vector<std::string> settings, each_runs each = each_runs::once,
                surroundings_of in = {});

  static const std::vector<std::string>& names();
  /// The other one of the two nodes of a service, or gateways.
  static std::string other_of(const std::string& name);

  /// Starts it (again) and returns when it is ready, or stands by. Names that begin with `gateway`
  /// are gateways, which are there once they were started; each keeps its address.
  void start(const std::string& name);
  void kill_hard(const std::string& name) { processes_.at(name)->kill_hard(); }
  /// Whether it runs no more, or was never started.
  [[nodiscard]] bool has_ended(const std::string& name);
  [[nodiscard]] server_process& process(const std::string& name) { return *processes_.at(name); }
  /// Where others ask for its services.
  [[nodiscard]] std::uint16_t link_port(const std::string& name) const { return ports_.at(name); }
  [[nodiscard]] std::filesystem::path data_dir(const std::string& name) const {
    return folder_ / ("node-" + name) / "data";
  }
  /// What makes a process a gateway of these.
  [[nodiscard]] std::vector<std::string> gateway_settings(
      const std::string& name = "gateway") const;
  /// What all processes know.
  static const std::string& secret();

 private:
  [[nodiscard]] std::vector<std::string> service_settings(const std::string& name) const;
  [[nodiscard]] std::string peers_of(const std::vector<std::string>& names) const;

  const each_runs each_;
  const surroundings_of in_;

  std::filesystem::path program_, folder_;
  std::vector<std::string> settings_;
  std::map<std::string, std::uint16_t> ports_;
  std::map<std::string, std::unique_ptr<server_process>> processes_;
};

/// A port of 127.0.0.1 that nobody listens on now.
std::uint16_t free_port();

}  // namespace boxoffice::rush
