#pragma once

#include "actors/caf/actor.hpp"
#include "actors/cluster/link_messages.hpp"
#include "actors/cluster/wire.hpp"
#include "actors/cluster/wire_numbers.hpp"
#include "actors/core/fault.hpp"
#include "config/cluster_limits.hpp"

#include <optional>
#include <type_traits>
#include <utility>

namespace boxoffice::cluster {

/// What a reply says of a call that somebody else was asked before: who answers now may well not
/// have done it, but the other one may have. Questions, and commands without a key of their own,
/// are asked again anyway.
template <class Reply>
void doubt(Reply& reply) {
  if constexpr (requires { reply.key, reply.fault; })
    if (reply.fault == fault::unavailable || reply.fault == fault::overloaded)
      reply.fault = fault::in_doubt;
}

/// The front of a service that lives in another process, as the actors of this one see it: it has
/// its interface, and answers as it does, or with a fault, or not at all.
template <class Interface>
class proxy_state;

template <class... Messages>
class proxy_state<accepts<Messages...>> {
 public:
  using interface = accepts<Messages..., link_reply>;
  static constexpr auto name = "proxy";

  proxy_state(typename interface::pointer self, caf::actor links, front to,
              const boxoffice::clock& time)
      : self_{self}, links_{std::move(links)}, to_{to}, time_{time} {}

  template <class Message>
  requires(wire_numbers::number_of<Message> != 0) void on(const Message& m) {
    auto deadline = time_.now() + limits::link_call_time_max;
    if constexpr (requires { m.call.deadline; })
      if (m.call.deadline != no_time) deadline = m.call.deadline;
    answer(self_, links_,
           link_call{{.asker = nullptr,
                      .to = to_,
                      .type = wire_numbers::number_of<Message>,
                      .deadline = deadline,
                      .payload = to_bytes(m),
                      .once = is_asked_once<Message>},
                     caf::actor_cast<caf::actor>(self_),
                     sender_of(self_),
                     m.correlation});
  }

  void on(link_reply& r) {
    if (r.fault != fault::none)
      wire_numbers::visit(r.asked, [&]<class Asked>() { refuse<Asked>(r); });
    else if (r.type != 0)
      wire_numbers::visit(r.type, [&]<class Reply>() { pass_on<Reply>(r); });
  }

 private:
  // A reply that cannot be read says as much as none.
  template <class Reply>
  void pass_on(link_reply& r) {
    auto reply = from_bytes<Reply>(r.payload);
    if (!reply) return;
    reply->correlation = r.correlation;
    if (r.asked_before) doubt(*reply);
    answer(self_, r.asker, std::move(*reply));
  }
  template <class Asked>
  void refuse(const link_reply& r) {
    if constexpr (requires { typename Asked::reply; }) {
      if constexpr (requires(typename Asked::reply reply) { reply.fault; }) {
        typename Asked::reply reply{};
        reply.correlation = r.correlation;
        reply.fault = r.fault;
        if (r.asked_before) doubt(reply);
        answer(self_, r.asker, std::move(reply));
      }
    }
  }

  typename interface::pointer self_;
  caf::actor links_;
  const front to_;
  const boxoffice::clock& time_;
};

/// The front `to` of another process. `time` outlives the actor system.
template <class Interface>
Interface spawn_proxy(caf::actor_system& system, const caf::actor& links, front to,
                      const boxoffice::clock& time) {
  return spawn_actor<proxy_state<Interface>>(system, links, to, time);
}

}  // namespace boxoffice::cluster
