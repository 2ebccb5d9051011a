#include "actors/reservation/schedule_state.hpp"

#include "actors/core/fault_points.hpp"
#include "config/limits.hpp"
#include "logging/log.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice {
namespace {

// Whether an extension has this answer in the store, which came there with what it did.
bool is_answered(reservation_reader& reader, const request_key& key, const extension_outcome& as) {
  const auto stored = reader.find_key(key.scope);
  if (!stored || stored->body != key.body) return false;
  const auto* answer = std::get_if<extension_outcome>(&stored->answer);
  return answer != nullptr && answer->refusal == as.refusal &&
         answer->held.extended_at == as.held.extended_at &&
         answer->held.expires_at == as.held.expires_at;
}

// Whether the store has what a doubtful operation wrote.
bool is_written(reservation_reader& reader, const schedule_operation& op) {
  const auto& row = op.outcome.held;
  if (std::holds_alternative<std::monostate>(op.asked)) return true;
  if (const auto* hold = std::get_if<claim_seats>(&op.asked)) {
    if (!row.id) {
      const auto stored = reader.find_key(hold->key.scope);
      if (!stored || stored->body != hold->key.body) return false;
      const auto* answer = std::get_if<hold_outcome>(&stored->answer);
      return answer != nullptr && answer->refusal == op.outcome.refusal;
    }
    return reader.find(row.id).has_value();
  }
  if (const auto* more = std::get_if<extend_command>(&op.asked);
      more != nullptr && more->message.key.present())
    return is_answered(reader, more->message.key, op.extension);
  const auto stored = reader.find(row.id);
  return stored && stored->status == row.status && stored->payment == row.payment &&
         stored->reverted == row.reverted && stored->admitted_at == row.admitted_at &&
         stored->extended_at == row.extended_at;
}

std::string names_of(const std::vector<reserved_seat>& seats, const schedule& of) {
  std::string names;
  for (const auto& each : seats) {
    if (!names.empty()) names += ',';
    names += of.seats.name_of(each.seat);
  }
  return names;
}

reservation_reply reply_to(const find_reservation& question, const reservation& row, time_point now,
                           const schedule& of) {
  reservation_reply reply;
  reply.correlation = question.correlation;
  if (!question.user.value.empty() && question.user != row.user) return reply;
  reply.present = reservation_reply::presence::found;
  reply.found = row;
  reply.found.status = row.status_at(now);
  reply.starts_at = of.starts_at;
  reply.seat_names = names_of(row.seats, of);
  reply.extended_at = row.extended_at;
  return reply;
}

}  // namespace

schedule_actor spawn_schedule(caf::actor_system& system, caf::actor front,
                              std::shared_ptr<const schedule> of,
                              const reservation_context& context,
                              std::shared_ptr<parked_entities> parked) {
  return spawn_actor<schedule_state>(system, std::move(front), std::move(of), context,
                                     std::move(parked));
}

schedule_state::schedule_state(interface::pointer self, caf::actor front,
                               std::shared_ptr<const schedule> of,
                               const reservation_context& context,
                               std::shared_ptr<parked_entities> parked)
    : parts_{.self = caf::actor_cast<caf::actor>(self),
             .front = std::move(front),
             .of = std::move(of),
             .context = context,
             .later = timer_of(self),
             .writes = {context.commits,
                        [to = caf::actor_cast<caf::actor>(self)](const commit_report& report) {
                          caf::anon_send(to, report);
                        }},
             .reads = {context.reader, context.read_runner, caf::actor_cast<caf::actor>(self),
                       "reservation"},
             .phase = {limits::loading_commands_max, [this] { load(); }, timer_of(self),
                       call_deadlines{context.clock, context.metrics, "reservation"},
                       recovery::resting::reads},
             .seat_actors = {caf::actor_cast<caf::actor>(self),
                             context.metrics.gauge("boxoffice_live_actors", "Actors in memory",
                                                   {{"kind", "seat"}})},
             .memory = nullptr,
             .finish = [this] { finish(); },
             .parked = std::move(parked)},
      replies_{parts_},
      sales_{parts_, replies_},
      holds_live_{context.metrics.gauge("boxoffice_holds_live", "Holds that can still be paid")},
      seats_held_{seats_held_gauge(context.metrics)},
      schedules_{context.metrics.gauge("boxoffice_live_actors", "Actors in memory",
                                       {{"kind", "schedule"}})} {
  schedules_.add(1);
}

schedule_state::~schedule_state() {
  schedules_.add(-1);
  holds_live_.add(-holds_shown_);
  seats_held_.add(-held_shown_);
  for (const auto& [id, parked] : parked_)
    parts_.parked->drop(to_text(id));
  if (parts_.context.seat_maps != nullptr) parts_.context.seat_maps->drop(parts_.of->id);
}

// --- commands ----------------------------------------------------------------------------------

void schedule_state::admit(schedule_command c) {
  const auto effect = std::holds_alternative<seats_question>(c) ? recovery::effect::reads
                                                                : recovery::effect::writes;
  const auto call = call_of(c);
  if (parts_.phase.takes_writes(call)) {
    used_at_ = parts_.now();
    sales_.execute(c);
    return finish();
  }
  const auto shared = std::make_shared<schedule_command>(std::move(c));
  parts_.phase.admit(
      call,
      [this, shared](fault why) {
        if (why == fault::none)
          sales_.execute(*shared);
        else
          replies_.refuse(*shared, why);
        finish();
      },
      effect);
}

void schedule_state::on(const activate_schedule&) { parts_.phase.start(); }

void schedule_state::on(const seat_answer& m) {
  sales_.seat_answered(m);
  finish();
}

void schedule_state::on(const forwarded<find_reservation>& m) {
  const auto& asked = m.message;
  time_point until = no_time;
  if (parts_.memory) {
    const auto& here = parts_.memory->reservations;
    const auto* row = here.find(asked.reservation);
    if (row != nullptr && !here.is_busy(asked.reservation))
      return replies_.to(m.caller, reply_to(asked, *row, std::max(m.now, here.now()), *parts_.of));
    if (row != nullptr) until = row->expires_at;
  }
  reservation_reply blank;
  blank.correlation = asked.correlation;
  parts_.reads.reply(
      m.caller, blank,
      [m, until, of = parts_.of](reservation_reader& reader, reservation_reply& reply) {
        const auto row = reader.find(m.message.reservation);
        if (!row) return;
        // A later deadline is on its way there: nobody can say yet that it is over.
        if (row->status == reservation_status::held && m.now >= row->expires_at && m.now < until)
          reply.fault = fault::unavailable;
        else
          reply = reply_to(m.message, *row, m.now, *of);
      });
}

// Its end is written by itself, as when it was parked, and the store says whether it takes that
// now.
void schedule_state::on(const forwarded<move_parked_reservation>& m) {
  const auto id = m.message.reservation;
  if (!parts_.memory || parked_.erase(id) == 0) {
    const auto why = parked_.contains(id) ? fault::unavailable : fault::none;
    return replies_.to(
        m.caller, parked_reply{m.message.correlation, why, parked_refusal::not_parked, {}, {}});
  }
  parts_.parked->drop(to_text(id));
  alone_.insert(id);
  tried_[id] = {m.caller, m.message.correlation, parts_.memory->reservations.unpark(id)};
  sales_.advance(parts_.now());
  sales_.write_lapses(alone_);
  finish();
}

void schedule_state::park(reservation_id id, const std::string& reason) {
  parked_.insert_or_assign(id,
                           parked_entity{to_text(id), {}, "HELD", "EXPIRED", reason, parts_.now()});
  alone_.erase(id);
  if (const auto tried = tried_.extract(id))
    replies_.to(tried.mapped().from, parked_reply{tried.mapped().correlation, fault::none,
                                                  parked_refusal::still_refused, "HELD", reason});
}

// Its seats knew of no deadline while it was parked.
void schedule_state::end_written(reservation_id id) {
  const auto tried = tried_.extract(id);
  if (!tried) return;
  alone_.erase(id);
  sales_.tell_free(tried.mapped().row);
  replies_.to(
      tried.mapped().from,
      parked_reply{tried.mapped().correlation, fault::none, parked_refusal::none, "EXPIRED", {}});
}

// --- memory ------------------------------------------------------------------------------------

void schedule_state::load() {
  parts_.reads.ask_within(
      parts_.phase,
      [id = parts_.of->id, in_doubt = in_doubt_](reservation_reader& reader) {
        loaded found{reader.load_schedule(id), {}};
        for (const auto& op : in_doubt)
          found.written.push_back(is_written(reader, op));
        return found;
      },
      [this](fault failed, loaded& found) {
        if (failed != fault::none)
          parts_.phase.failed();
        else
          recover(found);
        finish();
      });
}

void schedule_state::recover(loaded& found) {
  pass(fault_point::schedule_recovered);
  const auto now = parts_.now();
  parts_.memory = std::make_unique<schedule_memory>(parts_.of, parts_.context.versions, now);
  auto& memory = *parts_.memory;
  memory.entity = parts_.writes.new_entity();
  for (auto& row : found.rows.live) {
    const auto id = row.id;
    if (!memory.reservations.load(std::move(row)))
      log(log_level::error, name, "a stored reservation does not fit into its schedule",
          {{"reservation_id", to_text(id)}, {"schedule_id", to_text(parts_.of->id)}});
  }
  for (auto& [id, parked] : parked_) {
    memory.reservations.park(id);
    const auto* row = memory.reservations.find(id);
    if (row == nullptr || row->user == parked.user) continue;
    parked.user = row->user;
    parts_.parked->put(parked);
  }
  std::vector<reservation_id> ended;
  for (const auto& [id, tried] : tried_)
    if (memory.reservations.find(id) == nullptr) ended.push_back(id);
  for (const auto id : ended)
    end_written(id);
  sales_.advance(now);
  used_at_ = now;
  if (!alone_.empty()) sales_.write_lapses(alone_);
  auto in_doubt = std::exchange(in_doubt_, {});
  for (std::size_t i = 0; i < in_doubt.size(); ++i)
    replies_.send(in_doubt[i], found.written[i] ? fault::none : fault::unavailable);
  parts_.phase.loaded();
}

void schedule_state::invalidate() {
  parts_.seat_actors.end_all();
  parts_.memory.reset();
  if (parts_.context.seat_maps != nullptr) parts_.context.seat_maps->drop(parts_.of->id);
  shown_version_ = {};
}

void schedule_state::passivate_if_idle(time_point now) {
  auto& here = parts_.memory->reservations;
  const bool in_use = !sales_.is_idle() || !parts_.writes.empty() || here.holds() != 0 ||
                      !here.unwritten_lapses(1).empty() || !parked_.empty();
  if (in_use || now < used_at_ + limits::schedule_idle_time_max) return;
  invalidate();
  parts_.phase.passivate();
}

// --- the committer -----------------------------------------------------------------------------

void schedule_state::on(const commit_report& m) {
  parts_.writes.settle(m, settled_);
  if (!settled_.durable.empty()) parts_.phase.proven();
  for (auto& op : settled_.durable) {
    sales_.made_durable(op);
    for (const auto id : op.lapsed)
      end_written(id);
  }
  if (settled_.refused) refused(*settled_.refused, settled_.reason);
  for (auto& op : settled_.revoked)
    admit(std::move(op.asked));  // decided again
  if (settled_.failed()) {
    log(log_level::warning, name, "a batch did not commit; the schedule is loaded again",
        {{"schedule_id", to_text(parts_.of->id)},
         {"writes_lost", settled_.lost.size()},
         {"writes_in_doubt", settled_.in_doubt.size()}});
    for (auto& op : settled_.lost)
      replies_.send(op, fault::unavailable);
    in_doubt_ = std::move(settled_.in_doubt);
    for (auto& c : sales_.clear())
      replies_.refuse(c, fault::unavailable);
    invalidate();
    parts_.phase.reload(recovery::cause::failed);
  }
  finish();
}

// Everything decided since is void: the rest is decided again, on what the store holds.
void schedule_state::refused(schedule_operation& op, const std::string& reason) {
  const auto culprit = op.outcome.held.id  ? op.outcome.held.id
                       : op.lapsed.empty() ? reservation_id{}
                                           : op.lapsed.front();
  log(log_level::error, call_of(op.asked), name, "the store refuses a write of a schedule",
      {{"schedule_id", to_text(parts_.of->id)},
       {"reservation_id", culprit ? to_text(culprit) : std::string{}},
       {"reason", reason}});
  auto open = sales_.clear();
  invalidate();
  auto* hold = std::get_if<claim_seats>(&op.asked);
  const bool sweeps = std::holds_alternative<std::monostate>(op.asked);
  if (sweeps && op.lapsed.size() == 1)
    park(op.lapsed.front(), reason);
  else
    alone_.insert(op.lapsed.begin(), op.lapsed.end());
  // It may be the end of another hold that is refused: that is written first, by itself.
  if (hold != nullptr && !op.lapsed.empty() && hold->is == claim_seats::attempt::first) {
    hold->is = claim_seats::attempt::second;
    open.insert(open.begin(), std::move(op.asked));
  } else if (!sweeps) {
    replies_.send(op, fault::internal);
  }
  parts_.phase.reload(recovery::cause::refused);
  for (auto& c : open)
    admit(std::move(c));
}

// --- time --------------------------------------------------------------------------------------

void schedule_state::on_timer() {
  const auto now = parts_.now();
  timer_.fired(now);
  if (parts_.memory) {
    swept_at_ = now;
    sales_.advance(now);
    sales_.write_lapses(alone_);
    parts_.seat_actors.passivate(now - limits::seat_idle_time_max, now);
    passivate_if_idle(now);
  }
  finish();
}

// After everything that may have changed something. One timer for all: the next deadline (but not
// more often than the sweep), the next idle seat, the end of an idle schedule.
void schedule_state::finish() {
  replies_.flush();
  if (parts_.memory) sales_.answer_waiting();
  show_holds();
  show_version();
  if (!parts_.memory) return;
  auto& here = parts_.memory->reservations;
  const auto sweep = swept_at_ + limits::hold_sweep_every;
  auto next =
      std::max(used_at_ + limits::schedule_idle_time_max, swept_at_ + limits::seat_idle_time_max);
  if (const auto due = here.next_deadline()) next = std::min(next, std::max(*due, sweep));
  if (!here.unwritten_lapses(1).empty()) next = std::min(next, sweep);
  if (const auto oldest = parts_.seat_actors.oldest())
    next = std::min(next, *oldest + limits::seat_idle_time_max);
  if (const auto waits = parts_.waiting.next()) next = std::min(next, *waits);
  timer_.arm(parts_.later, parts_.now(), next, [this] { on_timer(); });
}

void schedule_state::show_holds() {
  std::int64_t live = 0;
  std::int64_t held = 0;
  if (parts_.memory) {
    live = static_cast<std::int64_t>(parts_.memory->reservations.holds());
    held = parts_.memory->seats.held();
  }
  if (live != holds_shown_) holds_live_.add(live - std::exchange(holds_shown_, live));
  if (held != held_shown_) seats_held_.add(held - std::exchange(held_shown_, held));
}

void schedule_state::show_version() {
  if (parts_.context.seat_maps == nullptr || !parts_.memory) return;
  const std::pair now{parts_.memory->seats.version(), parts_.memory->reservations.next_deadline()};
  if (now == shown_version_) return;
  parts_.context.seat_maps->put(parts_.of->id, now.first, now.second);
  shown_version_ = now;
}

}  // namespace boxoffice
