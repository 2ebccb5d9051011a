#include "tests/rush/service_nodes.hpp"

#include <fstream>
#include <iterator>
#include <random>
#include <unistd.h>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace boxoffice::rush {

// Below those that the kernel gives to connections: nobody takes it before it is listened on.
std::uint16_t free_port() {
  using boost::asio::ip::tcp;
  constexpr int lowest = 12'000, count = 18'000;
  static std::mt19937 dice{static_cast<unsigned>(getpid())};
  boost::asio::io_context context;
  while (true) {
    const auto port = static_cast<std::uint16_t>(lowest + static_cast<int>(dice() % count));
    tcp::acceptor tried{context, tcp::v4()};
    boost::system::error_code taken;
    tried.bind({boost::asio::ip::address_v4::loopback(), port}, taken);
    if (!taken) return port;
  }
}

const std::string& service_nodes::secret() {
  static const std::string text = "the secret of the nodes of a test";
  return text;
}

const std::vector<std::string>& service_nodes::names() {
  // Those that are asked before those that ask.
  static const std::vector<std::string> all{"concert", "point", "reservation", "queue_ranking",
                                            "payment"};
  return all;
}

std::string service_nodes::other_of(const std::string& name) {
  return name.ends_with("-2") ? name.substr(0, name.size() - 2) : name + "-2";
}

service_nodes::service_nodes(std::filesystem::path program, std::filesystem::path folder,
                             std::vector<std::string> settings, each_runs each, surroundings_of in)
    : each_{each},
      in_{in ? std::move(in) : [](const std::string& /*node*/) { return surroundings{}; }},
      program_{std::move(program)},
      folder_{std::move(folder)},
      settings_{std::move(settings)} {
  auto all = names();
  if (each_ == each_runs::twice)
    for (const auto& name : names())
      all.push_back(name + "-2");
  for (const auto& name : all)
    ports_[name] = free_port();
  for (const auto& name : all)
    start(name);
}

std::string service_nodes::peers_of(const std::vector<std::string>& names) const {
  std::string text;
  const auto add = [&](const std::string& name) {
    const auto at = in_(name);
    const auto port = at.port ? at.port(link_port(name)) : link_port(name);
    text += (text.empty() ? "" : ",") + at.host + ":" + std::to_string(port);
  };
  for (const auto& name : names) {
    add(name);
    if (each_ == each_runs::twice) add(name + "-2");
  }
  return text;
}

std::vector<std::string> service_nodes::service_settings(const std::string& name) const {
  std::vector<std::string> all;
  const auto service = name.ends_with("-2") ? other_of(name) : name;
  if (each_ == each_runs::twice) all.emplace_back("cluster.takeover_ms=1500");
  all.insert(all.end(),
             {"node.roles=" + service, "node.name=" + name, "cluster.secret=" + secret(),
              "cluster.listen=" + in_(name).host + ":" + std::to_string(link_port(name))});
  if (service == "reservation" || service == "queue_ranking")
    all.push_back("cluster.peers=" + peers_of({"concert"}));
  if (service == "payment")
    all.push_back("cluster.peers=" + peers_of({"point", "reservation", "queue_ranking"}));
  return all;
}

std::vector<std::string> service_nodes::gateway_settings(const std::string& name) const {
  return {"node.roles=gateway", "node.name=" + name, "cluster.secret=" + secret(),
          "cluster.peers=" + peers_of(names())};
}

void service_nodes::start(const std::string& name) {
  processes_.erase(name);
  const auto data = data_dir(name);
  create_directories(data.parent_path());
  const bool is_gateway = name.starts_with("gateway");
  const auto at = is_gateway ? surroundings{} : in_(name);
  if (exists(folder_ / "stores.toml")) {
    std::ifstream in{folder_ / "stores.toml"};
    std::string stores{std::istreambuf_iterator<char>{in}, {}};
    if (at.stores) stores = at.stores(std::move(stores));
    std::ofstream{data.parent_path() / "stores.toml"} << stores;
  }
  server_setup how{.program = program_,
                   .entering = at.entering,
                   .data_dir = data,
                   .settings = settings_,
                   .may_stand_by = each_ == each_runs::twice && !is_gateway};
  // Its clients find it again where it was.
  if (is_gateway && !ports_.contains(name)) ports_[name] = free_port();
  if (is_gateway) how.listen = "127.0.0.1:" + std::to_string(ports_.at(name));
  const auto more = is_gateway ? gateway_settings(name) : service_settings(name);
  how.settings.insert(how.settings.end(), more.begin(), more.end());
  processes_[name] = std::make_unique<server_process>(how);
}

bool service_nodes::has_ended(const std::string& name) {
  const auto found = processes_.find(name);
  return found == processes_.end() || found->second->process().wait({}).has_value();
}

}  // namespace boxoffice::rush
