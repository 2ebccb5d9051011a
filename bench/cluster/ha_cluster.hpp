#pragma once

#include "tests/rush/audit_run.hpp"
#include "tests/rush/postgres_databases.hpp"
#include "tests/rush/server_process.hpp"
#include "tests/rush/service_nodes.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

namespace boxoffice::load {

/// The layout `ha`: two gateways, each service twice, on databases and keys made for it in a
/// PostgreSQL and a Redis. All of it goes away with this.
class ha_cluster {
 public:
  /// `postgres`, `redis`: the URLs of the servers.
  ha_cluster(std::filesystem::path program, const std::string& postgres, const std::string& redis);

  static const std::vector<std::string>& gateways();

  [[nodiscard]] rush::service_nodes& nodes() { return *nodes_; }
  /// Of the first gateway.
  [[nodiscard]] const std::string& url() { return nodes_->process(gateways().front()).url(); }
  [[nodiscard]] std::vector<boost::asio::ip::tcp::endpoint> endpoints();
  /// The folder with the logs of the nodes, which stays from now on.
  const std::filesystem::path& keep();
  /// Beside which the settings of all stores are.
  [[nodiscard]] std::filesystem::path data_dir() const { return scratch_.path() / "data"; }
  /// `boxoffice audit --drained`, until it finds nothing more that is under way, for half a minute.
  [[nodiscard]] rush::audit_run audit() const;

 private:
  const std::filesystem::path program_;
  rush::postgres_databases databases_;
  rush::scratch_directory scratch_{"boxoffice-cluster"};
  std::unique_ptr<rush::service_nodes> nodes_;
};

}  // namespace boxoffice::load
