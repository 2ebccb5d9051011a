#include "bench/cluster/ha_cluster.hpp"

#include "bench/compare/polling.hpp"
#include "tests/rush/books.hpp"
#include "tests/rush/connection_pool.hpp"
#include "tests/rush/redis_keys.hpp"

#include <chrono>
#include <utility>

namespace boxoffice::load {

ha_cluster::ha_cluster(std::filesystem::path program, const std::string& postgres,
                       const std::string& redis)
    : program_{std::move(program)}, databases_{postgres} {
  const auto stores = rush::settings_beside(data_dir());
  databases_.write_settings(stores);
  rush::redis_keys{redis}.append_settings(stores);
  // Places in the line are taken long before they are used.
  nodes_ = std::make_unique<rush::service_nodes>(
      program_, scratch_.path(), std::vector<std::string>{"queue.token_seconds=86400"},
      rush::service_nodes::each_runs::twice);
  for (const auto& each : gateways())
    nodes_->start(each);
}

const std::vector<std::string>& ha_cluster::gateways() {
  static const std::vector<std::string> names{"gateway", "gateway-2"};
  return names;
}

std::vector<boost::asio::ip::tcp::endpoint> ha_cluster::endpoints() {
  std::vector<boost::asio::ip::tcp::endpoint> all;
  for (const auto& each : gateways())
    all.push_back(rush::parse_url(nodes_->process(each).url()));
  return all;
}

const std::filesystem::path& ha_cluster::keep() {
  scratch_.keep();
  return scratch_.path();
}

rush::audit_run ha_cluster::audit() const {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (true) {
    auto found = rush::audit(program_, data_dir(), {"--drained"});
    if (found.code == 0 || std::chrono::steady_clock::now() > until) return found;
    compare::let_pass(std::chrono::milliseconds{500});
  }
}

}  // namespace boxoffice::load
