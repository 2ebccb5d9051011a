#include "actors/queue/queue_service.hpp"

#include "actors/queue/room_metrics.hpp"
#include "actors/queue/waiting_room_actor.hpp"
#include "config/limits.hpp"
#include "logging/log.hpp"

#include <map>
#include <memory>
#include <unordered_map>
#include <utility>

#include <caf/exit_reason.hpp>

namespace boxoffice {
namespace {

/// Routes by concert; rooms answer the asker themselves. Started and ended by the node.
class queue_service_state {
 public:
  using interface = accepts_also<queue_service_actor, tokens_used, continuation>;
  static constexpr auto name = "queue";

  queue_service_state(interface::pointer self, const queue_context& context)
      : self_{self},
        context_{context},
        parked_{
            std::make_shared<parked_entities>(context.metrics, parked_entities::kind::queue_token)},
        events_{context.metrics.counter("boxoffice_events_applied_total",
                                        "Payment events durably applied",
                                        {{"consumer", "waiting_room"}})},
        waiting_{room_metrics::level(context.metrics, "waiting")},
        active_{room_metrics::level(context.metrics, "active")} {
    self_->set_down_handler([this](const caf::down_msg& m) { forget_room(m); });
    if (context_.prune) keep_pruning();
  }
  ~queue_service_state() {
    for (const auto& [concert, room] : rooms_)
      caf::anon_send_exit(room, caf::exit_reason::user_shutdown);
  }
  queue_service_state(const queue_service_state&) = delete;
  queue_service_state& operator=(const queue_service_state&) = delete;

  void on(join_queue& m) {
    if (!exists(m.concert))
      return answer(
          self_, sender_of(self_),
          queue_reply{m.correlation, unless_known(), queue_refusal::concert_not_found, {}, {}});
    pass_on(m.concert, std::move(m));
  }
  void on(poll_queue& m) { pass_on_token(std::move(m)); }
  void on(leave_queue& m) { pass_on_token(std::move(m)); }
  void on(const list_parked& m) { answer(self_, sender_of(self_), parked_->list(m)); }
  // Waiting rooms and rankings share a store.
  void on(const read_figures& m) {
    figures_reply reply{m.correlation, fault::none};
    reply.tokens_waiting = waiting_.value();
    reply.tokens_active = active_.value();
    reply.commits.push_back(times_of("queue_ranking", context_.commits.latency()));
    answer(self_, sender_of(self_), std::move(reply));
  }
  void on(move_parked_token& m) {
    if (exists(m.token.concert)) return pass_on(m.token.concert, std::move(m));
    answer(self_, sender_of(self_),
           parked_reply{m.correlation, unless_known(), parked_refusal::not_parked, {}, {}});
  }
  void on(read_places& m) {
    if (exists(m.concert)) return pass_on(m.concert, std::move(m));
    places_reply nobodys{m.correlation, unless_known(), {}, std::move(m.tokens)};
    answer(self_, sender_of(self_), std::move(nobodys));
  }
  void on(keep_token& m) {
    if (exists(m.token.concert)) self_->send(room_of(m.token.concert), std::move(m));
  }

  void on(check_token& m) {
    if (m.token.concert != m.concert || !exists(m.concert))
      return answer(
          self_, sender_of(self_),
          token_reply{m.correlation, m.token.concert != m.concert ? fault::none : unless_known(),
                      token_verdict::invalid, 0});
    pass_on(m.concert, std::move(m));
  }

  // A payment uses its token up unless the buyer still holds seats in that concert.
  void on(const deliver_events& m) {
    if (m.events.empty()) return;
    std::map<concert_id, use_tokens> by_room;
    for (const auto& e : m.events) {
      if (e.kind != event_kind::payment_completed || e.holds_else || !e.token) continue;
      const auto concert = e.token.concert;
      if (concert != e.concert) continue;
      if (!exists(concert)) {
        if (unless_known() == fault::none) continue;
        return;  // it is delivered again
      }
      auto& used = by_room[concert];
      used.correlation = next_delivery_;
      if (log_enabled(log_level::debug))
        log(log_level::debug, e.from, name, "a payment uses its token up",
            {{"payment_id", to_text(e.payment)}});
      used.tokens.push_back(e.token);
      used.users.push_back(e.user);
    }
    const delivery d{sender_of(self_), m.correlation, m.events.back().sequence, m.events.size(),
                     by_room.size()};
    if (by_room.empty()) return applied(d);
    if (open_.size() >= limits::consumer_open_deliveries_max) open_.erase(open_.begin());
    open_.emplace(next_delivery_++, d);
    for (auto& [concert, used] : by_room)
      self_->send(room_of(concert), std::move(used));
  }

  void on(const tokens_used& m) {
    const auto found = open_.find(m.correlation);
    if (found == open_.end() || --found->second.rooms_left > 0) return;
    applied(found->second);
    open_.erase(found);
  }

  // A token that is used twice is used: no books are needed.
  void on(const ask_applied& m) {
    answer(self_, sender_of(self_), applied_so_far{m.correlation, {}, 0, 0});
  }

 private:
  struct delivery {
    caf::actor from;
    std::uint64_t correlation;
    std::uint64_t last_sequence;
    std::size_t events;
    std::size_t rooms_left;
  };

  void keep_pruning() {
    run_later(self_, limits::prune_every, [this] {
      context_.prune(context_.clock.now() - limits::ended_token_kept);
      keep_pruning();
    });
  }

  [[nodiscard]] bool exists(concert_id concert) const {
    return context_.catalogue.snapshot()->find(concert) != nullptr;
  }

  /// The fault of an answer that says that something does not exist: a replica of the catalogue may
  /// lack it.
  [[nodiscard]] fault unless_known() const {
    return context_.catalogue.is_complete(context_.clock.now()) ? fault::none : fault::unavailable;
  }

  void applied(const delivery& d) {
    events_.add(d.events);
    answer(self_, d.from, events_applied{d.correlation, d.last_sequence});
  }

  template <class Message>
  void pass_on(concert_id concert, Message&& m) {
    const auto from = sender_of(self_);
    if (from) caf::send_as(from, room_of(concert), std::forward<Message>(m));
  }
  // A token of no concert is nobody's.
  template <class Message>
  void pass_on_token(Message&& m) {
    const auto concert = m.token.concert;
    if (!exists(concert))
      return answer(
          self_, sender_of(self_),
          queue_reply{m.correlation, unless_known(), queue_refusal::token_not_found, {}, {}});
    pass_on(concert, std::forward<Message>(m));
  }

  const waiting_room_actor& room_of(concert_id concert) {
    auto& room = rooms_[concert];
    if (!room) {
      room = spawn_waiting_room(self_->system(), context_, concert, parked_);
      self_->monitor(room);
    }
    return room;
  }

  void forget_room(const caf::down_msg& m) {
    const auto found =
        std::ranges::find_if(rooms_, [&](const auto& r) { return r.second.address() == m.source; });
    if (found == rooms_.end()) return;
    log(log_level::error, "queue", "a waiting room ended: it starts again when asked",
        {{"concert_id", to_text(found->first)}});
    rooms_.erase(found);
  }

  interface::pointer self_;
  queue_context context_;
  const std::shared_ptr<parked_entities> parked_;
  counter& events_;
  const gauge& waiting_;  // of all rooms, which keep them
  const gauge& active_;
  std::unordered_map<concert_id, waiting_room_actor> rooms_;
  std::map<std::uint64_t, delivery> open_;  // waiting for their rooms
  std::uint64_t next_delivery_{1};
};

}  // namespace

queue_service_actor spawn_queue_service(caf::actor_system& system, const queue_context& context) {
  return spawn_actor<queue_service_state>(system, context);
}

}  // namespace boxoffice
