#include "actors/cluster/door.hpp"

#include "actors/caf/actor.hpp"
#include "actors/caf/replies.hpp"
#include "actors/cluster/link_messages.hpp"
#include "actors/cluster/wire.hpp"
#include "actors/cluster/wire_numbers.hpp"
#include "config/cluster_limits.hpp"

#include <memory>
#include <set>
#include <unordered_map>
#include <utility>

namespace boxoffice::cluster {

/// What the door stands before.
struct door_opened {
  caf::actor links;
  service_handles local;
  std::vector<service_state> served;
};

}  // namespace boxoffice::cluster

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::cluster::door_opened)

namespace boxoffice::cluster {
namespace {

// Beside the replies that questions name: what consumers say of deliveries.
using taken_replies =
    decltype(replies_of_all<catalogue_actor, queue_service_actor, best_selling_actor,
                            sold_out_actor, reservation_service_actor, point_service_actor,
                            payment_service_actor, outbox_service_actor>{} |
             message_list<events_applied, event_refused>{});

template <class Replies>
struct door_interface;
template <class... Replies>
struct door_interface<message_list<Replies...>> {
  using type = accepts<door_opened, execution, continuation, Replies...>;
};

class door {
 public:
  using interface = door_interface<taken_replies>::type;
  static constexpr auto name = "door";

  door(interface::pointer self, const boxoffice::clock& time, metrics& m)
      : self_{self},
        time_{time},
        running_gauge_{
            m.gauge("boxoffice_link_executions", "Commands of other nodes that run in this one")} {
    sweep();
  }

  void on(door_opened& m) {
    links_ = std::move(m.links);
    local_ = std::move(m.local);
    served_.clear();
    for (const auto& each : m.served)
      if (each.is == service_state::phase::serving) served_.insert(each.who);
    answer(self_, links_, serve_fronts{std::move(m.served)});
  }

  void on(execution& e) {
    if (!served_.contains(e.to)) return turn_away(e, turn::not_here);
    switch (e.to) {
      case front::catalogue:
        return run(e, local_.catalogue);
      case front::queue:
        return run(e, local_.queue);
      case front::best_selling:
        return run(e, local_.best_selling);
      case front::sold_out:
        return run(e, local_.sold_out);
      case front::reservation:
        return run(e, local_.reservation);
      case front::point:
        return run(e, local_.point);
      case front::payment:
        return run(e, local_.payment);
      case front::outbox:
        return run(e, local_.outbox);
    }
  }

  template <class Reply>
  requires(wire_numbers::number_of<Reply> != 0) void on(const Reply& r) {
    const auto found = running_.find(r.correlation);
    if (found == running_.end()) return;
    // Who has lost the store, or may have, says nothing: it is asked again elsewhere. What must not
    // be asked again is durable when it is answered.
    if (!found->second.once && local_.stores != nullptr && !local_.stores->may_answer())
      answer(self_, links_,
             execution_turned{found->second.asker, {found->second.id, turn::not_here}});
    else
      done(found->second.asker, found->second.id, wire_numbers::number_of<Reply>, to_bytes(r));
    running_.erase(found);
    running_gauge_.set(static_cast<std::int64_t>(running_.size()));
  }

 private:
  struct running {
    incarnation asker;
    std::uint64_t id{0};
    time_point forget_at{};
    bool once{false};  // is_asked_once
  };

  template <class... Messages>
  void run(execution& e, const accepts<Messages...>& to) {
    const bool known =
        ((e.type == wire_numbers::number_of<Messages> ? (start<Messages>(e, to), true) : false) ||
         ...);
    if (!known) turn_away(e, turn::unknown_type);
  }

  template <class Message, class To>
  void start(execution& e, const To& to) {
    if constexpr (wire_numbers::number_of<Message> != 0) {
      auto m = from_bytes<Message>(e.payload);
      if (!m) return turn_away(e, turn::unknown_type);
      const auto now = time_.now();
      if constexpr (requires { m->call.deadline; })
        if (m->call.deadline != no_time) m->call.deadline = now + e.left;
      if constexpr (is_told<Message>) {
        done(e.asker, e.id, 0, {});
      } else {
        m->correlation = ++last_;
        running_.emplace(last_, running{e.asker, e.id, now + e.left, is_asked_once<Message>});
        running_gauge_.set(static_cast<std::int64_t>(running_.size()));
      }
      answer(self_, caf::actor_cast<caf::actor>(to), std::move(*m));
    }
  }

  void done(const incarnation& asker, std::uint64_t id, std::uint16_t type, std::string payload) {
    answer(self_, links_, execution_done{asker, {id, type, std::move(payload)}});
  }
  void turn_away(const execution& e, turn why) {
    answer(self_, links_, execution_turned{e.asker, {e.id, why}});
  }

  // Nobody waits any more for what never answered.
  void sweep() {
    const auto now = time_.now();
    std::erase_if(running_, [&](const auto& each) {
      if (each.second.forget_at > now) return false;
      answer(self_, links_, execution_turned{each.second.asker, {each.second.id, turn::too_late}});
      return true;
    });
    running_gauge_.set(static_cast<std::int64_t>(running_.size()));
    run_later(self_, limits::link_sweep_every, [this] { sweep(); });
  }

  interface::pointer self_;
  const boxoffice::clock& time_;
  gauge& running_gauge_;
  caf::actor links_;
  service_handles local_;
  std::set<front> served_;
  std::unordered_map<std::uint64_t, running> running_;
  std::uint64_t last_{0};
};

}  // namespace

caf::actor spawn_door(caf::actor_system& system, const boxoffice::clock& time, metrics& m) {
  return caf::actor_cast<caf::actor>(spawn_actor<door>(system, time, m));
}

void open_door(const caf::actor& door, const caf::actor& links, const service_handles& local,
               const std::vector<service_state>& served) {
  caf::anon_send(door, door_opened{links, local, served});
}

}  // namespace boxoffice::cluster
