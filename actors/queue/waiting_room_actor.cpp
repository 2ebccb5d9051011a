#include "actors/queue/waiting_room_actor.hpp"

#include "actors/caf/deadline_timer.hpp"
#include "actors/durable/recovery.hpp"
#include "actors/durable/store_reads.hpp"
#include "actors/queue/room_metrics.hpp"
#include "actors/queue/room_requests.hpp"
#include "actors/queue/tokens_aside.hpp"
#include "config/limits.hpp"
#include "logging/log.hpp"

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace boxoffice {
namespace {

/// The shell around waiting_room: one per concert, started and ended by the queue service. An
/// answer leaves once everything that it shows of its entry is durable. A token of which the store
/// refuses a change is set aside: it neither waits nor buys, and everybody else goes on, until an
/// operator has it tried again.
class waiting_room_state {
 public:
  using interface = accepts_also<waiting_room_actor, commit_report, continuation>;
  static constexpr auto name = "queue";

  waiting_room_state(interface::pointer self, const queue_context& context, concert_id concert,
                     std::shared_ptr<parked_entities> parked)
      : self_{self},
        context_{context},
        concert_{concert},
        room_{concert, context.times},
        metrics_{context.metrics},
        writes_{context.commits, [to = caf::actor_cast<caf::actor>(self)](
                                     const commit_report& report) { caf::anon_send(to, report); }},
        reads_{context.reader, context.reads, caf::actor_cast<caf::actor>(self), name},
        memory_{limits::http_in_flight_requests_default, [this] { load(); }, timer_of(self),
                call_deadlines{context.clock, context.metrics, name}},
        aside_{std::move(parked)} {
    memory_.start();
  }
  ~waiting_room_state() { show_none(); }
  waiting_room_state(const waiting_room_state&) = delete;
  waiting_room_state& operator=(const waiting_room_state&) = delete;

  void on(join_queue& m) { admit(std::move(m)); }
  void on(poll_queue& m) { admit(std::move(m)); }
  void on(leave_queue& m) { admit(std::move(m)); }
  void on(check_token& m) { admit(std::move(m)); }
  void on(keep_token& m) { admit(std::move(m)); }
  void on(read_places& m) { admit(std::move(m)); }
  void on(use_tokens& m) { admit(std::move(m)); }
  void on(move_parked_token& m) { admit(std::move(m)); }

  void on(const commit_report& report) {
    writes_.settle(report, settled_);
    if (!settled_.durable.empty()) memory_.proven();
    for (auto& e : settled_.durable)
      made_durable(e);
    if (settled_.refused) set_aside(*settled_.refused, settled_.reason);
    for (auto& e : settled_.revoked)
      if (e.waits) revoke(e.waits->of);
    if (settled_.failed()) invalidate();
  }

 private:
  using request = room_request;
  using reply = room_reply;
  using entry = room_entry;

  void admit(room_command c) {
    request r{sender_of(self_), std::move(c)};
    const auto call = call_of(r.what);
    if (memory_.serves(call)) {
      run(r);
      return arm(context_.clock.now());
    }
    const auto shared = std::make_shared<request>(std::move(r));
    memory_.admit(call, [this, shared](fault why) {
      if (why == fault::none)
        run(*shared);
      else
        refuse(*shared, why);
    });
  }

  // While somebody waits there is a timer every limits::waiting_room_tick_every.
  void notice(time_point now) {
    if (room_.waiting() > 0 && now - noticed_ > limits::standstill_min) room_.excuse(now);
    noticed_ = now;
  }

  void run(request& r) {
    const auto now = context_.clock.now();
    notice(now);
    room_.set_rule(rule(), now);
    std::visit([&](const auto& m) { execute(m, r); }, r.what);
  }

  void execute(const join_queue& m, request& r) {
    const auto now = context_.clock.now();
    if (aside_.holds(m.user)) return refuse(r, fault::internal);
    auto token = room_.live_token_of(m.user, now).value_or(queue_token{});
    auto from = queue_reply::origin::existing;
    if (token) {
      (void)room_.find(token, now);
      room_.touch(token, now);
      if (token == r.created) from = queue_reply::origin::created;
    } else {
      if (room_.known() >= limits::waiting_room_tokens_max) return refuse(r, fault::overloaded);
      do
        token = {concert_, context_.random.next() >> 1U};
      while (room_.find(token, now) != nullptr);
      room_.join(m.user, token, now);
      from = queue_reply::origin::created;
      r.created = token;
    }
    flush();
    if (!stands(room_, token, now)) return refuse(r, fault::overloaded);
    send_when_durable(token, r, reply_of(room_, m.correlation, token, from));
  }

  void execute(const poll_queue& m, request& r) {
    const auto now = context_.clock.now();
    if (aside_.holds(m.token)) return refuse(r, fault::internal);
    if (!owns(room_, m.token, m.user, now)) return send_now(r, token_not_found(m.correlation));
    room_.touch(m.token, now);
    flush();
    if (!stands(room_, m.token, now)) return refuse(r, fault::overloaded);
    send_when_durable(m.token, r, reply_of(room_, m.correlation, m.token));
  }

  void execute(const leave_queue& m, request& r) {
    const auto now = context_.clock.now();
    if (aside_.holds(m.token)) return refuse(r, fault::internal);
    if (!owns(room_, m.token, m.user, now)) return send_now(r, token_not_found(m.correlation));
    room_.leave(m.token, now);
    flush();
    const auto left = reply_of(room_, m.correlation, m.token);
    if (is_live(left.place.entry.state)) return refuse(r, fault::overloaded);
    send_when_durable(m.token, r, left);
  }

  void execute(const check_token& m, request& r) {
    const auto now = context_.clock.now();
    if (m.concert != concert_ || !owns(room_, m.token, m.user, now)) {
      flush();
      return send_now(r, token_reply{m.correlation, fault::none, token_verdict::invalid, 0});
    }
    flush();
    if (!stands(room_, m.token, now)) return refuse(r, fault::overloaded);
    const auto place = room_.place(m.token);
    // Used up too: a hold that was made while the event of the payment before was on its way is as
    // good as any.
    auto verdict = token_verdict::lapsed;
    if (place.entry.state == token_state::active) verdict = token_verdict::active;
    if (place.entry.state == token_state::waiting) verdict = token_verdict::waiting;
    send_when_durable(m.token, r, token_reply{m.correlation, fault::none, verdict, place.position});
  }

  void execute(const read_places& m, request& r) {
    const auto now = context_.clock.now();
    for (const auto token : m.tokens)
      if (room_.find(token, now) != nullptr) room_.touch(token, now);
    flush();
    send_now(r, standings_of(room_, undurable_, m));
  }

  void execute(const keep_token& m, request&) {
    const auto now = context_.clock.now();
    const auto token = m.token ? m.token : room_.live_token_of(m.user, now).value_or(m.token);
    if (!owns(room_, token, m.user, now)) return flush();
    room_.keep(token, m.until, now);
    flush();
  }

  // A token that is set aside cannot buy any more, which is what matters here.
  void execute(const use_tokens& m, request& r) {
    const auto now = context_.clock.now();
    for (std::size_t i = 0; i < m.tokens.size(); ++i) {
      room_.use(m.tokens[i], m.users[i], now);
      aside_.use(m.tokens[i], m.users[i], now);
    }
    flush();
    bool all_durable = true;
    for (std::size_t i = 0; i < m.tokens.size(); ++i) {
      const auto* e = room_.find(m.tokens[i], now);
      // Taken back for want of room in the committer: the events come again.
      if (e != nullptr && e->user == m.users[i] && e->state == token_state::active) return;
      all_durable = all_durable && !undurable_.contains(m.tokens[i]);
    }
    if (all_durable) return send_now(r, tokens_used{m.correlation});
    follow(writes_.new_entity(), r, tokens_used{m.correlation});
  }

  // What it would become is decided and written as any other change; the store says whether it
  // takes that now.
  void execute(const move_parked_token& m, request& r) {
    const auto now = context_.clock.now();
    auto held = aside_.take(m.token);
    if (!held && (r.created != m.token || !room_.knows(m.token)))
      return send_now(r,
                      parked_reply{m.correlation, fault::none, parked_refusal::not_parked, {}, {}});
    r.created = m.token;  // if its outcome becomes doubtful, it is not aside any more
    if (held && m.act == parked_act::give_up) held->wanted.state = token_state::left;
    if (held) room_.put_back(held->is, held->wanted, now);
    flush();
    const auto state = room_.place(m.token).entry.state;
    if (held && is_live(state) && !is_live(held->wanted.state)) {  // the committer was full
      room_.forget(m.token);
      aside_.put(std::move(*held), now);
      return refuse(r, fault::overloaded);
    }
    show(m.token);
    send_when_durable(
        m.token, r,
        parked_reply{m.correlation, fault::none, parked_refusal::none, name_of(state), {}});
  }

  [[nodiscard]] waiting_room_rule rule() const {
    const auto found = context_.catalogue.snapshot()->find(concert_);
    return found ? found->waiting_room : waiting_room_rule{};
  }

  // Hands what was decided to the committer; takes back what does not fit.
  void flush() {
    const auto changes = room_.take_changes();
    std::size_t taken = 0;
    for (; taken < changes.size(); ++taken) {
      const auto& c = changes[taken];
      const auto token = c.after.token;
      // Whose time only becomes longer is admitted all the while.
      const bool stays = c.before && c.before->state == token_state::active &&
                         c.after.state == token_state::active;
      if (context_.admitted != nullptr && !stays) context_.admitted->drop(token);
      auto& pending = undurable_[token];
      if (pending.writes == 0) pending.entity = writes_.new_entity();
      entry e{c, {}};
      queue_ranking_write w{queue_write{c.after}};
      if (writes_.submit(pending.entity, w, e) != room_journal::submitted::accepted) {
        if (pending.writes == 0) undurable_.erase(token);
        break;
      }
      ++pending.writes;
      metrics_.count(c);
    }
    for (auto i = changes.size(); i > taken; --i)
      room_.undo(changes[i - 1]);
    metrics_.show(room_.waiting(), room_.active());
  }

  void send_when_durable(queue_token token, request& r, reply what) {
    const auto found = undurable_.find(token);
    if (found == undurable_.end()) return send_now(r, what);
    follow(found->second.entity, r, std::move(what));
  }
  void follow(std::uint64_t entity, request& r, reply what) {
    entry e{{}, held_reply{std::move(r), std::move(what)}};
    if (writes_.follow(entity, e) == room_journal::followed::now)
      send_now(e.waits->of, e.waits->answer);
  }
  void send_now(const request& r, const reply& what) {
    std::visit([&](const auto& message) { answer(self_, r.from, message); }, what);
  }

  void refuse(const request& r, boxoffice::fault why) {
    if (const auto no = refusal_of(r, why)) send_now(r, *no);
  }
  // What it waited for was refused: of its token, or of one that is decided on top of it.
  void revoke(const request& r) {
    const auto* moved = std::get_if<move_parked_token>(&r.what);
    if (moved == nullptr || !aside_.holds(moved->token)) return refuse(r, fault::internal);
    const auto& still = aside_.at(moved->token);
    send_now(r, parked_reply{moved->correlation, fault::none, parked_refusal::still_refused,
                             name_of(still.is.state), still.reason});
  }

  void made_durable(const entry& e) {
    if (e.waits) return send_now(e.waits->of, e.waits->answer);
    const auto token = e.change->after.token;
    const auto found = undurable_.find(token);
    if (found == undurable_.end() || --found->second.writes > 0) return;
    undurable_.erase(found);
    show(token);
  }

  void set_aside(const entry& e, const std::string& reason) {
    const auto& [before, after] = *e.change;
    const auto token = after.token;
    log(log_level::error, name, "the store refuses a write of a waiting room: a token is set aside",
        {{"concert_id", to_text(concert_)}, {"token", to_text(token)}, {"reason", reason}});
    undurable_.erase(token);
    room_.forget(token);
    if (context_.admitted != nullptr) context_.admitted->drop(token);
    // One that the store does not know is nowhere.
    if (before) aside_.put({*before, after, reason}, context_.clock.now());
    metrics_.show(room_.waiting(), room_.active());
  }

  // What of it a gateway may know without asking: that it is ACTIVE, once that is durable.
  void show(queue_token token) {
    if (context_.admitted == nullptr || undurable_.contains(token) || !room_.knows(token)) return;
    const auto e = room_.place(token).entry;
    if (e.state == token_state::active) context_.admitted->put(token, e.user, e.expires_at);
  }
  void show_none() {
    if (context_.admitted != nullptr) context_.admitted->drop_all(concert_);
  }

  // What may have happened runs again on what the store holds, which gives the answer that is true;
  // the rest surely did not.
  void invalidate() {
    log(log_level::warning, name, "a commit did not succeed: reloading the waiting room",
        {{"concert_id", to_text(concert_)}});
    show_none();
    undurable_.clear();
    for (auto& e : settled_.in_doubt)
      if (e.waits) in_doubt_.push_back(std::move(e.waits->of));
    for (auto& e : settled_.lost)
      if (e.waits) refuse(e.waits->of, fault::unavailable);
    memory_.reload(recovery::cause::failed);
  }

  void load() {
    reads_.ask_within(
        memory_,
        [concert = concert_, ended_after = context_.clock.now() - limits::ended_token_kept](
            queue_reader& reader) { return reader.load_room(concert, ended_after); },
        [this](fault failed, queue_reader::room_state& found) {
          if (failed == fault::none) return recover(found);
          for (const auto& r : std::exchange(in_doubt_, {}))
            refuse(r, fault::in_doubt);
          memory_.failed();
        });
  }

  void recover(const queue_reader::room_state& found) {
    room_ = waiting_room{concert_, context_.times};
    const auto now = context_.clock.now();
    room_.set_rule(rule(), now);
    room_.restore(found.entries, found.last_sequence, now);
    noticed_ = now;
    aside_.each([this](queue_token token) { room_.forget(token); });
    room_.tick(now);
    flush();
    for (const auto& e : found.entries)
      show(e.token);
    for (auto& r : std::exchange(in_doubt_, {}))
      run(r);
    memory_.loaded();
    arm(now);
  }

  void arm(time_point now) {
    timer_.arm(timer_fn_, now, room_.next_tick(now), [this] { on_timer(); });
  }
  void on_timer() {
    const auto now = context_.clock.now();
    timer_.fired(now);
    if (!memory_.serves()) return;
    notice(now);
    room_.set_rule(rule(), now);
    room_.tick(now);
    flush();
    arm(now);
  }

  interface::pointer self_;
  queue_context context_;
  concert_id concert_;
  time_point noticed_{};
  waiting_room room_;
  room_metrics metrics_;
  room_journal writes_;
  room_journal::outcome settled_;  // reused between reports
  store_reads<queue_reader> reads_;
  recovery memory_;
  std::unordered_map<queue_token, undurable_changes> undurable_;
  tokens_aside aside_;
  std::vector<request> in_doubt_;  // run again once the room is loaded
  timer_fn timer_fn_{timer_of(self_)};
  deadline_timer timer_;
};

}  // namespace

waiting_room_actor spawn_waiting_room(caf::actor_system& system, const queue_context& context,
                                      concert_id concert, std::shared_ptr<parked_entities> parked) {
  return spawn_actor<waiting_room_state>(system, context, concert, std::move(parked));
}

}  // namespace boxoffice
