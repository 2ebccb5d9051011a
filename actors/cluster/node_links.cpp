#include "actors/cluster/node_links.hpp"

#include "actors/cluster/door.hpp"
#include "actors/cluster/link_broker.hpp"
#include "actors/cluster/link_messages.hpp"
#include "actors/cluster/link_sockets.hpp"
#include "actors/cluster/proxy.hpp"

#include <string>
#include <utility>

namespace boxoffice::cluster {
namespace {

std::vector<std::string> texts_of(const std::vector<listen_address>& all) {
  std::vector<std::string> texts;
  texts.reserve(all.size());
  for (const auto& each : all)
    texts.push_back(to_text(each));
  return texts;
}

}  // namespace

class node_links::parts {
 public:
  explicit parts(const surroundings& in)
      : in_{in},
        sockets_{in.how.cluster.listen, in.how.cluster.peers},
        door_{spawn_door(in.system, in.time, in.metrics)},
        broker_{spawn_link_broker(in.system, {.time = in.time,
                                              .metrics = in.metrics,
                                              .who = {.secret = in.how.cluster.secret.reveal(),
                                                      .self = in.self,
                                                      .installation = in.installation,
                                                      .peers = texts_of(in.how.cluster.peers)},
                                              .dial = [this](calls::peer at) { sockets_.dial(at); },
                                              .door = door_,
                                              .learned = in.learned,
                                              .unasked = in.unasked,
                                              .board = board_})} {
    in_.owns(door_);
    sockets_.start(
        {.came = [to = broker_](
                     int descriptor) { caf::anon_send(to, link_socket{.descriptor = descriptor}); },
         .connected =
             [to = broker_](calls::peer at, int descriptor) {
               caf::anon_send(to, link_socket{link_socket::origin::dialled, at, descriptor});
             },
         .failed =
             [to = broker_](calls::peer at, std::string why) {
               caf::anon_send(to, link_dial_failed{at, std::move(why)});
             }});
  }

  template <class Interface>
  void add_proxy(Interface& into, front to, const role_set& local) {
    if (local.contains(facts_of(to).service)) return;
    into = spawn_proxy<Interface>(in_.system, broker_, to, in_.time);
    in_.owns(caf::actor_cast<caf::actor>(into));
  }

  void stop() {
    if (!broker_) return;
    sockets_.stop();
    caf::anon_send(broker_, stop_links{});
    broker_ = {};
    door_ = {};
  }

  surroundings in_;
  link_board board_;
  link_sockets sockets_;
  caf::actor door_, broker_;
};

node_links::node_links(const surroundings& in) : parts_{std::make_unique<parts>(in)} {}
node_links::~node_links() { stop(); }

void node_links::add_proxies(service_handles& into, const role_set& local) {
  auto& p = *parts_;
  p.add_proxy(into.catalogue, front::catalogue, local);
  p.add_proxy(into.queue, front::queue, local);
  p.add_proxy(into.best_selling, front::best_selling, local);
  p.add_proxy(into.sold_out, front::sold_out, local);
  p.add_proxy(into.reservation, front::reservation, local);
  p.add_proxy(into.point, front::point, local);
  p.add_proxy(into.payment, front::payment, local);
  p.add_proxy(into.outbox, front::outbox, local);
  into.links = &p.board_;
}

void node_links::open_door(const service_handles& local, std::vector<service_state> served) {
  cluster::open_door(parts_->door_, parts_->broker_, local, served);
}

std::uint16_t node_links::port() const { return parts_->sockets_.port(); }
void node_links::stop() { parts_->stop(); }

}  // namespace boxoffice::cluster
