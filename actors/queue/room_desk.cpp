#include "actors/queue/room_desk.hpp"

#include "actors/caf/wheel_timer.hpp"
#include "actors/queue/room_meters.hpp"
#include "config/limits.hpp"
#include "config/log.hpp"

#include <algorithm>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <variant>

namespace boxoffice {

/// What the store holds of a room; null when it could not be read.
struct room_loaded {
  std::uint32_t generation{0};
  std::shared_ptr<const queue_reader::room_state> found;
};
struct room_tick {};
struct reload_room_tick {};

template <class Inspector>
auto inspect(Inspector& f, room_tick&) {
  return fields(f);
}
template <class Inspector>
auto inspect(Inspector& f, reload_room_tick&) {
  return fields(f);
}

}  // namespace boxoffice

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::room_loaded)

namespace boxoffice {
namespace {

/// The shell around waiting_room: one per concert, started and ended by the queue desk. An answer
/// leaves once everything that it shows of its entry is durable.
class room_desk {
 public:
  using interface =
      accepts_also<room_actor, commit_report, room_loaded, room_tick, reload_room_tick>;

  room_desk(interface::pointer self, const queue_context& context, concert_id concert)
      : self_{self},
        context_{context},
        concert_{concert},
        room_{concert, context.times},
        meters_{context.meters} {
    writer_ = context_.commits.enroll([handle = interface{self}](const commit_report& report) {
      caf::anon_send(handle, report);
    });
    load();
  }
  ~room_desk() { show_none(); }
  room_desk(const room_desk&) = delete;
  room_desk& operator=(const room_desk&) = delete;

  void on(join_queue& m) { take(std::move(m)); }
  void on(poll_queue& m) { take(std::move(m)); }
  void on(leave_queue& m) { take(std::move(m)); }
  void on(check_token& m) { take(std::move(m)); }
  void on(use_tokens& m) { take(std::move(m)); }

  void on(const commit_report& report) {
    if (report.generation != generation_) return;
    switch (report.outcome) {
      case commit_outcome::committed:
        return settle(report.last_ticket);
      case commit_outcome::failed:
        return lose_memory(0);
      case commit_outcome::in_doubt:
        return lose_memory(report.last_ticket);
    }
  }

  void on(const room_loaded& m) {
    if (m.generation != generation_ || phase_ == phase::serving) return;
    if (!m.found) return load_later();
    pause_ = limits::store_retry_first;
    phase_ = phase::serving;
    room_ = waiting_room{concert_, context_.times};
    const auto now = context_.clock.now();
    room_.set_rule(rule(), now);
    room_.restore(m.found->entries, m.found->last_sequence, now);
    room_.tick(now);
    flush();
    for (const auto& e : m.found->entries)
      show(e.token);
    for (auto& r : std::exchange(again_, {}))
      run(std::move(r));
    for (auto& r : std::exchange(early_, {}))
      run(std::move(r));
    arm(now);
  }

  void on(const reload_room_tick&) { load(); }

  void on(const room_tick&) {
    const auto now = context_.clock.now();
    timer_.fired(now);
    if (phase_ != phase::serving) return;
    room_.set_rule(rule(), now);
    room_.tick(now);
    flush();
    arm(now);
  }

 private:
  using command = std::variant<join_queue, poll_queue, leave_queue, check_token, use_tokens>;
  using reply = std::variant<queue_reply, token_reply, tokens_used>;

  struct request {
    caf::actor from;
    command what;
    queue_token created;  ///< the token given before the outcome became doubtful
  };
  struct held_reply {
    request of;
    reply answer;
  };
  struct in_flight {
    std::uint64_t ticket;
    queue_token token;
  };
  enum class phase : std::uint8_t { first_load, broken, serving };

  template <class Message>
  void take(Message&& m) {
    request r{sender_of(self_), std::forward<Message>(m), {}};
    switch (phase_) {
      case phase::serving:
        run(std::move(r));
        return arm(context_.clock.now());
      case phase::broken:
        return refuse(r, fault::unavailable);
      case phase::first_load:
        if (early_.size() >= limits::http_in_flight_requests_default)
          return refuse(r, fault::overloaded);
        early_.push_back(std::move(r));
    }
  }

  void run(request r) {
    room_.set_rule(rule(), context_.clock.now());
    std::visit([&](const auto& m) { execute(m, r); }, r.what);
  }

  void execute(const join_queue& m, request& r) {
    const auto now = context_.clock.now();
    auto token = room_.live_token_of(m.user, now).value_or(queue_token{});
    auto from = queue_reply::origin::existing;
    if (token) {
      (void)room_.find(token, now);
      room_.touch(token, now);
      if (token == r.created) from = queue_reply::origin::created;
    } else {
      if (room_.known() >= limits::waiting_room_tokens_max) return refuse(r, fault::overloaded);
      do
        token = make_queue_token(concert_, context_.random.next());
      while (room_.find(token, now) != nullptr);
      room_.join(m.user, token, now);
      from = queue_reply::origin::created;
      r.created = token;
    }
    flush();
    if (!stands(token, now)) return refuse(r, fault::overloaded);
    send_when_durable(token, r, queue_reply{m.ticket, fault::none, {}, from, room_.place(token)});
  }

  void execute(const poll_queue& m, request& r) {
    const auto now = context_.clock.now();
    if (!owns(m.token, m.user, now)) return send_now(r, not_found(m.ticket));
    room_.touch(m.token, now);
    flush();
    if (!stands(m.token, now)) return refuse(r, fault::overloaded);
    send_when_durable(m.token, r, queue_reply{m.ticket, fault::none, {}, {}, room_.place(m.token)});
  }

  void execute(const leave_queue& m, request& r) {
    const auto now = context_.clock.now();
    if (!owns(m.token, m.user, now)) return send_now(r, not_found(m.ticket));
    room_.leave(m.token, now);
    flush();
    const auto place = room_.place(m.token);
    if (place.entry.state == token_state::active || place.entry.state == token_state::waiting)
      return refuse(r, fault::overloaded);
    send_when_durable(m.token, r, queue_reply{m.ticket, fault::none, {}, {}, place});
  }

  void execute(const check_token& m, request& r) {
    const auto now = context_.clock.now();
    if (m.concert != concert_ || !owns(m.token, m.user, now)) {
      flush();
      return send_now(r, token_reply{m.ticket, fault::none, token_verdict::invalid, 0});
    }
    flush();
    if (!stands(m.token, now)) return refuse(r, fault::overloaded);
    const auto place = room_.place(m.token);
    auto verdict = token_verdict::invalid;
    if (place.entry.state == token_state::active) verdict = token_verdict::active;
    if (place.entry.state == token_state::waiting) verdict = token_verdict::waiting;
    send_when_durable(m.token, r, token_reply{m.ticket, fault::none, verdict, place.position});
  }

  void execute(const use_tokens& m, request& r) {
    const auto now = context_.clock.now();
    for (std::size_t i = 0; i < m.tokens.size(); ++i)
      room_.use(m.tokens[i], m.users[i], now);
    flush();
    std::uint64_t last = 0;
    for (std::size_t i = 0; i < m.tokens.size(); ++i) {
      const auto* e = room_.find(m.tokens[i], now);
      // Taken back for want of room in the committer: the events come again.
      if (e != nullptr && e->user == m.users[i] && e->state == token_state::active) return;
      last = std::max(last, unsettled_ticket(m.tokens[i]));
    }
    send_after(last, r, tokens_used{m.ticket});
  }

  [[nodiscard]] bool owns(queue_token token, const user_id& user, time_point now) {
    const auto* e = room_.find(token, now);
    return e != nullptr && e->user == user;
  }

  // Whether the entry is there and as its deadline says: a change that found no room in the
  // committer's queue was taken back.
  [[nodiscard]] bool stands(queue_token token, time_point now) {
    if (!room_.knows(token)) return false;
    const auto e = room_.place(token).entry;
    const bool live = e.state == token_state::active || e.state == token_state::waiting;
    return !live || now < e.expires_at;
  }

  [[nodiscard]] waiting_room_rule rule() const {
    const auto found = context_.catalogue.snapshot()->find(concert_);
    return found ? found->waiting_room : waiting_room_rule{};
  }

  // Hands what was decided to the committer; takes back what does not fit.
  void flush() {
    using queue = committer<queue_ranking_write>;
    const auto changes = room_.take_changes();
    std::size_t taken = 0;
    for (; taken < changes.size(); ++taken) {
      const auto& c = changes[taken];
      if (context_.admitted != nullptr) context_.admitted->drop(c.after.token);
      if (context_.commits.submit(writer_, generation_, next_ticket_, queue_write{c.after}) ==
          queue::submitted::full)
        break;
      unsettled_[c.after.token] = next_ticket_;
      in_flight_.push_back({next_ticket_++, c.after.token});
      meters_.count(c);
    }
    for (auto i = changes.size(); i > taken; --i)
      room_.undo(changes[i - 1]);
    meters_.show(room_.waiting(), room_.active());
  }

  [[nodiscard]] std::uint64_t unsettled_ticket(queue_token token) const {
    const auto found = unsettled_.find(token);
    return found == unsettled_.end() ? 0 : found->second;
  }

  void send_when_durable(queue_token token, request& r, reply what) {
    send_after(unsettled_ticket(token), r, std::move(what));
  }
  void send_after(std::uint64_t ticket, request& r, reply what) {
    if (ticket == 0) return send_now(r, what);
    held_[ticket].push_back({std::move(r), std::move(what)});
  }
  void send_now(const request& r, const reply& what) {
    std::visit([&](const auto& message) { answer(self_, r.from, message); }, what);
  }

  static queue_reply not_found(std::uint64_t ticket) {
    return {ticket, fault::none, queue_refusal::token_not_found, {}, {}};
  }

  // Used tokens are not refused: silence makes the relay deliver their events again.
  void refuse(const request& r, boxoffice::fault why) {
    if (const auto* check = std::get_if<check_token>(&r.what))
      return send_now(r, token_reply{check->ticket, why, {}, 0});
    const auto ticket = std::visit([](const auto& m) { return m.ticket; }, r.what);
    if (!std::holds_alternative<use_tokens>(r.what))
      send_now(r, queue_reply{ticket, why, {}, {}, {}});
  }

  void settle(std::uint64_t last_ticket) {
    while (!in_flight_.empty() && in_flight_.front().ticket <= last_ticket) {
      const auto token = in_flight_.front().token;
      const auto found = unsettled_.find(token);
      if (found != unsettled_.end() && found->second <= last_ticket) {
        unsettled_.erase(found);
        show(token);
      }
      in_flight_.pop_front();
    }
    while (!held_.empty() && held_.begin()->first <= last_ticket) {
      for (const auto& h : held_.begin()->second)
        send_now(h.of, h.answer);
      held_.erase(held_.begin());
    }
  }

  // What of it a gateway may know without asking: that it is ACTIVE, once that is durable.
  void show(queue_token token) {
    if (context_.admitted == nullptr || unsettled_ticket(token) != 0 || !room_.knows(token)) return;
    const auto e = room_.place(token).entry;
    if (e.state == token_state::active) context_.admitted->put(token, e.user, e.expires_at);
  }
  void show_none() {
    if (context_.admitted != nullptr) context_.admitted->drop_all(concert_);
  }

  // A batch did not commit. What is up to `in_doubt_through` may have happened: those requests run
  // again on what the store holds, which gives the answer that is true; the rest surely did not.
  void lose_memory(std::uint64_t in_doubt_through) {
    log(log_level::warning, "queue", "a commit did not succeed: reloading the waiting room",
        {{"concert_id", to_text(concert_)}});
    ++generation_;
    phase_ = phase::broken;
    show_none();
    unsettled_.clear();
    in_flight_.clear();
    for (auto& [ticket, replies] : std::exchange(held_, {})) {
      for (auto& h : replies) {
        if (ticket <= in_doubt_through)
          again_.push_back(std::move(h.of));
        else
          refuse(h.of, fault::unavailable);
      }
    }
    load();
  }

  void load() {
    const auto ended_after = context_.clock.now() - limits::ended_token_kept;
    const auto posted =
        context_.reads.post([handle = interface{self_}, generation = generation_,
                             &reader = context_.reader, concert = concert_, ended_after] {
          room_loaded result{generation, nullptr};
          try {
            result.found = std::make_shared<const queue_reader::room_state>(
                reader.load_room(concert, ended_after));
          } catch (const std::exception& e) {
            log(log_level::error, "queue", "cannot read a waiting room",
                {{"concert_id", to_text(concert)}, {"reason", e.what()}});
          }
          caf::anon_send(handle, std::move(result));
        });
    if (posted == job_runner::posted::no) load_later();
  }

  void load_later() {
    phase_ = phase::broken;
    for (const auto& r : std::exchange(again_, {}))
      refuse(r, fault::in_doubt);
    for (const auto& r : std::exchange(early_, {}))
      refuse(r, fault::unavailable);
    self_->delayed_send(self_, pause_, reload_room_tick{});
    pause_ = std::min(pause_ * 2, limits::store_retry_max);
  }

  void arm(time_point now) { timer_.arm(self_, now, room_.next_tick(now)); }

  interface::pointer self_;
  queue_context context_;
  concert_id concert_;
  waiting_room room_;
  room_meters meters_;
  phase phase_{phase::first_load};
  std::uint32_t writer_{0};
  std::uint32_t generation_{1};
  std::uint64_t next_ticket_{1};
  std::deque<in_flight> in_flight_;
  std::unordered_map<queue_token, std::uint64_t> unsettled_;  // last ticket of uncommitted entries
  std::map<std::uint64_t, std::vector<held_reply>> held_;     // by the ticket they wait for
  std::vector<request> early_;                                // came before the first load
  std::vector<request> again_;                                // of a batch in doubt
  wheel_timer<room_tick> timer_;
  std::chrono::milliseconds pause_{limits::store_retry_first};
};

}  // namespace

room_actor spawn_room(caf::actor_system& system, const queue_context& context, concert_id concert) {
  return spawn_actor<room_desk>(system, context, concert);
}

}  // namespace boxoffice
