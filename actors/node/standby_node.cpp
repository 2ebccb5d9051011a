#include "actors/node/standby_node.hpp"

#include "actors/caf/actor.hpp"
#include "actors/cluster/fronts.hpp"
#include "actors/cluster/node_links.hpp"
#include "actors/node/node_system.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace boxoffice {
namespace {

settings without_peers(settings how) {
  how.cluster.peers.clear();  // who stands by asks nobody
  return how;
}

}  // namespace

class standby_node::parts {
 public:
  parts(const settings& how, const boxoffice::clock& time, random_source& random,
        boxoffice::metrics& m, const std::string& version)
      : how_{without_peers(how)},
        config_{how_},
        system_{config_},
        links_{cluster::node_links::surroundings{
            .system = system_,
            .how = how_,
            .time = time,
            .metrics = m,
            .self = {.self = {random.next(), random.next()},
                     .node = how_.node_name(),
                     .build = version},
            .installation = {},
            .learned = [](const std::string&) {},
            .unasked = [] {},
            .owns = [this](const caf::actor& a) { owned_.push_back(a); }}} {
    std::vector<cluster::service_state> waiting;
    for (const auto& each : cluster::fronts)
      if (how_.node.roles.contains(each.service))
        waiting.push_back({each.who, 0, cluster::service_state::phase::standby});
    links_.open_door({}, std::move(waiting));
  }
  ~parts() {
    for (const auto& each : owned_)
      caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    owned_.clear();
    links_.stop();
    system_.await_all_actors_done();
  }
  parts(const parts&) = delete;
  parts& operator=(const parts&) = delete;

 private:
  const settings how_;
  node_system_config config_;
  caf::actor_system system_;
  std::vector<caf::actor> owned_;
  cluster::node_links links_;
};

standby_node::standby_node(const settings& how, const boxoffice::clock& time, random_source& random,
                           boxoffice::metrics& m, const std::string& version) {
  if (how.cluster.listen) parts_ = std::make_unique<parts>(how, time, random, m, version);
}
standby_node::~standby_node() = default;

}  // namespace boxoffice
