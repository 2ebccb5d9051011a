#include "actors/reservation/schedule_sales.hpp"

#include "actors/core/planted_bugs.hpp"
#include "config/limits.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice {

schedule_sales::schedule_sales(schedule_parts& parts, schedule_replies& replies)
    : parts_{parts},
      replies_{replies},
      polls_open_{parts.context.metrics.gauge("boxoffice_seat_polls_in_flight",
                                              "Holds whose seats are being asked")},
      expiries_{parts.context.metrics.counter("boxoffice_hold_expiries_total",
                                              "Holds that ended at their deadline")} {}

schedule_sales::~schedule_sales() { polls_open_.add(-static_cast<std::int64_t>(polls_.size())); }

// --- commands ----------------------------------------------------------------------------------

void schedule_sales::execute(schedule_command& c) {
  std::visit(
      [this](auto& one) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(one)>, std::monostate>)
          advance(one.now);
        run(one);
      },
      c);
}

void schedule_sales::advance(time_point now) {
  if (const auto ended = reservations().advance(now); ended != 0) expiries_.add(ended);
}

void schedule_sales::run(seats_question& m) {
  if (!parts_.waiting.keep(m, parts_.memory->seats.version())) answer(m);
}

void schedule_sales::answer_waiting() {
  if (!parts_.waiting.next()) return;
  advance(parts_.now());
  for (const auto& each : parts_.waiting.take(parts_.memory->seats.version(), parts_.now()))
    answer(each);
}

void schedule_sales::answer(const seats_question& m) {
  auto& seats = parts_.memory->seats;
  seats_reply reply;
  reply.correlation = m.message.correlation;
  reply.version = seats.version();
  reply.available = seats.available();
  reply.sold = seats.sold();
  reply.epoch = parts_.context.versions.epoch();
  reply.baskets_sold = reservations().confirmed();
  if (m.message.what == read_seats::detail::seats) reply.seats = seats.snapshot();
  replies_.to(m.caller, std::move(reply));
}

void schedule_sales::run(claim_seats& m) {
  const auto& of = *parts_.of;
  const auto& wanted = m.wanted;
  const auto refuse = [&](hold_refusal why) {
    schedule_operation op;
    op.outcome.refusal = why;
    if (why == hold_refusal::seat_limit_exceeded) op.outcome.seats_max = of.max_seats_per_user;
    op.asked = std::move(m);
    refuse_hold(std::move(op));
  };
  const auto count = wanted.seats.empty() ? wanted.best_count : wanted.seats.size();
  if (reservations().seats_of(m.user) + count > of.max_seats_per_user)
    return refuse(hold_refusal::seat_limit_exceeded);
  const auto best = wanted.seats.empty()
                        ? parts_.memory->seats.best(wanted.best_count, wanted.best_section)
                        : std::vector<seat_index>{};
  const auto& seats = wanted.seats.empty() ? best : wanted.seats;
  if (seats.empty()) return refuse(hold_refusal::seat_taken);

  const auto now = reservations().now();
  reservation held;
  held.id = {of.id, parts_.context.ids.next()};
  held.concert = of.concert;
  held.user = m.user;
  held.held_at = now;
  held.expires_at = now + of.hold;
  held.seats.reserve(seats.size());
  for (const auto at : seats) {
    const auto price = of.seats.price_of(at);
    held.seats.push_back({at, price});
    held.amount += price;
  }
  const auto number = ++last_poll_;
  auto& poll = polls_[number];
  poll.op.outcome.held = reservations().claim(std::move(held));
  poll.op.asked = std::move(m);
  const auto& row = poll.op.outcome.held;
  poll.open = row.seats.size();
  polls_open_.add(1);
  const claim_seat claim{number, row.id, row.expires_at, now};
  for (const auto& s : row.seats)
    parts_.seat_actors.ask(s.seat, claim,
                           [this](seat_index at) { return reservations().seat_now(at); });
}

// A command finds its reservation here, or behind what is being done with it, or recalls it from
// the store because it is over, or learns there that there never was one. Not from memory: a
// schedule that was replaced and does not know it yet would deny what its successor sold.
template <class Command>
void schedule_sales::run_on_reservation(Command& c) {
  const auto id = c.message.reservation;
  if (const auto queue = behind_.find(id); queue != behind_.end()) {
    queue->second.push_back(std::move(c));
  } else if (reservations().is_busy(id)) {
    behind_[id].push_back(std::move(c));
  } else if (reservations().is_parked(id)) {
    schedule_command refused{std::move(c)};
    replies_.refuse(refused, fault::internal);
  } else if (const auto* row = reservations().find(id)) {
    decide(c, *row);
  } else {
    behind_[id].push_back(std::move(c));
    recall(id);
  }
}

void schedule_sales::decide(release_command& m, const reservation& row) {
  auto decided = decide_release(row, m.message.user, reservations().now());
  if (decided.refusal == release_refusal::none &&
      decided.change.what != reservation_change::effect::none) {
    schedule_operation op;
    op.outcome.held = std::move(decided.change.next);
    op.asked = std::move(m);
    return write_change(std::move(op), decided.change.what);
  }
  const auto paid = decided.refusal == release_refusal::already_paid ? row.payment : payment_id{};
  replies_.to(m.caller, release_reply{m.message.correlation, fault::none, decided.refusal, paid});
}

void schedule_sales::decide(confirm_command& m, const reservation& row) {
  auto decided = decide_confirm(row, m.message.payment, reservations().now());
  schedule_operation op;
  op.refusal = decided.refusal;
  op.asked = std::move(m);
  if (decided.change.what == reservation_change::effect::none) {
    op.outcome.held = row;
    return replies_.send(op, fault::none);
  }
  op.outcome.held = std::move(decided.change.next);
  write_change(std::move(op), decided.change.what);
}

void schedule_sales::decide(revert_command& m, const reservation& row) {
  const auto undone = m.message.why == revert_reservation::reason::refund
                          ? reservation_status::refunded
                          : reservation_status::released;
  auto change = decide_revert(row, m.message.payment, undone, reservations().now());
  schedule_operation op;
  op.asked = std::move(m);
  if (change.what == reservation_change::effect::none) return replies_.send(op, fault::none);
  op.outcome.held = std::move(change.next);
  write_change(std::move(op), change.what);
}

void schedule_sales::decide(admit_command& m, const reservation& row) {
  auto [refusal, change] = decide_admission(row, reservations().now());
  const bool first = m.message.what == admit_ticket::mode::admit &&
                     change.what != reservation_change::effect::none;
  const auto& then = first ? change.next : row;
  schedule_operation op;
  op.admission.refusal = refusal;
  op.admission.admitted_at = then.admitted_at;
  for (const auto& s : row.seats)
    op.admission.seats.push_back(parts_.of->seats.name_of(s.seat));
  using turn = admission_reply::turn;
  if (m.message.what == admit_ticket::mode::admit && refusal == admission_refusal::none)
    op.admission.was = first ? turn::first : turn::later;
  op.asked = std::move(m);
  if (!first) return replies_.send(op, fault::none);
  op.outcome.held = std::move(change.next);
  write_change(std::move(op), change.what);
}

void schedule_sales::recall(reservation_id id) {
  parts_.reads.ask_within(
      parts_.phase, [id](reservation_reader& reader) { return reader.find(id); },
      [this, id](fault failed, std::optional<reservation>& found) {
        if (!behind_.contains(id))
          return;  // it was given to a hold since, whose commands these were
        // What lives is here, or somebody else writes this store: then nothing here is certain, and
        // the next write will fail and have everything read again.
        if (found && reservations().is_live(*found)) failed = fault::unavailable;
        if (found && failed == fault::none) {
          reservations().recall(std::move(*found));
          run_behind(id);
          if (!reservations().is_busy(id)) reservations().made_durable(id);
          return parts_.finish();
        }
        auto waiting = behind_.extract(id);
        for (auto& c : waiting.mapped()) {
          if (failed != fault::none)
            replies_.refuse(c, failed);
          else
            refuse_absent(c);
        }
        parts_.finish();
      });
}

void schedule_sales::run_behind(reservation_id id) {
  auto waiting = behind_.extract(id);
  if (waiting.empty()) return;
  for (auto& c : waiting.mapped()) {
    if (parts_.phase.is_given_up(call_of(c).deadline))
      replies_.refuse(c, fault::unavailable);
    else
      execute(c);
  }
}

// --- polls -------------------------------------------------------------------------------------

void schedule_sales::seat_answered(const seat_answer& m) {
  const auto found = polls_.find(m.poll);
  if (found == polls_.end()) return;  // of a memory that is void
  parts_.seat_actors.answered(m.seat);
  auto& poll = found->second;
  if (m.verdict != seat_verdict::granted) poll.refused.push_back(m.seat);
  if (--poll.open != 0) return;
  auto done = std::move(poll);
  polls_.erase(found);
  polls_open_.add(-1);
  close_poll(std::move(done));
}

void schedule_sales::close_poll(seat_poll done) {
  // The deadline decides, also here: seats that answer late have been free for others since.
  const auto& wanted = done.op.outcome.held;
  const bool late = reservations().now() >= wanted.expires_at;
  if (done.refused.empty() && !late) return write_hold(std::move(done.op));

  // All or none: what it has claimed goes back.
  const auto row = std::exchange(done.op.outcome.held, {});
  if (!is_planted(planted_bug::basket_keeps_claims)) tell_free(row);
  reservations().withdraw(row.id);
  if (done.refused.empty()) {
    replies_.send(done.op, fault::unavailable);
  } else {
    std::ranges::sort(done.refused);
    done.op.outcome.refusal = hold_refusal::seat_taken;
    for (const auto at : done.refused)
      done.op.outcome.seats.push_back(parts_.of->seats.name_of(at));
    refuse_hold(std::move(done.op));
  }
  run_behind(row.id);
}

// --- writes ------------------------------------------------------------------------------------

void schedule_sales::write_hold(schedule_operation op) {
  const auto& asked = std::get<claim_seats>(op.asked);
  const auto id = op.outcome.held.id;
  op.lapsed = parts_.memory->seats.lapsed_under(op.outcome.held);
  const auto lapsed = op.lapsed;
  reservation_write write;
  write.row = op.outcome.held;
  write.lapsed = lapsed;
  write.at = reservations().now();
  if (asked.key.present() && !is_planted(planted_bug::key_after_effect)) {
    write.key = asked.key;
    write.answer = op.outcome;
  }
  if (parts_.writes.submit(parts_.memory->entity, write, op) ==
      schedule_journal::submitted::accepted) {
    reservations().mark_lapses_written(lapsed);
    return reservations().grant(id);
  }
  tell_free(op.outcome.held);
  reservations().withdraw(id);
  replies_.send(op, fault::overloaded);
  run_behind(id);
}

void schedule_sales::refuse_hold(schedule_operation op) {
  const auto& asked = std::get<claim_seats>(op.asked);
  if (!asked.key.present()) return replies_.send(op, fault::none);
  reservation_write write;
  write.key = asked.key;
  write.answer = op.outcome;
  write.at = reservations().now();
  if (parts_.writes.submit(parts_.memory->entity, write, op) !=
      schedule_journal::submitted::accepted)
    replies_.send(op, fault::overloaded);
}

void schedule_sales::write_change(schedule_operation op, reservation_change::effect what) {
  reservation_write write;
  write.row = op.outcome.held;
  write.at = reservations().now();
  if (const auto* more = std::get_if<extend_command>(&op.asked);
      more != nullptr && more->message.key.present()) {
    write.key = more->message.key;
    write.answer = op.extension;
  }
  const auto next = op.outcome.held;
  if (what == reservation_change::effect::extend_seats &&
      is_planted(planted_bug::extension_in_memory_only))
    write.row = *reservations().find(next.id);
  if (parts_.writes.submit(parts_.memory->entity, write, op) !=
      schedule_journal::submitted::accepted)
    return replies_.send(op, fault::overloaded);
  reservations().change(next);
  switch (what) {
    case reservation_change::effect::sell_seats:
      for (const auto& s : next.seats)
        parts_.seat_actors.tell(s.seat, sell_seat{next.id});
      return;
    case reservation_change::effect::free_seats:
      return tell_free(next);
    case reservation_change::effect::extend_seats:
      for (const auto& s : next.seats)
        parts_.seat_actors.tell(s.seat, extend_seat{next.id, next.expires_at});
      return;
    case reservation_change::effect::row_only:
    case reservation_change::effect::none:
      return;
  }
}

void schedule_sales::write_lapses(const std::set<reservation_id>& alone) {
  for (int i = 0; i < limits::lapse_writes_per_sweep_max; ++i) {
    auto ended = reservations().unwritten_lapses(limits::lapses_written_max);
    if (ended.empty()) return;
    std::vector<reservation_id> together;
    for (const auto id : ended) {
      if (!alone.contains(id))
        together.push_back(id);
      else if (!write_lapses(std::vector<reservation_id>{id}))
        return;
    }
    if (!together.empty() && !write_lapses(std::move(together))) return;
  }
}

// No: the committer is full.
bool schedule_sales::write_lapses(std::vector<reservation_id> ids) {
  schedule_operation op;
  op.lapsed = ids;
  reservation_write write;
  write.lapsed = ids;
  write.at = reservations().now();
  if (parts_.writes.submit(parts_.memory->entity, write, op) !=
      schedule_journal::submitted::accepted)
    return false;
  reservations().mark_lapses_written(ids);
  return true;
}

void schedule_sales::tell_free(const reservation& row) {
  for (const auto& s : row.seats)
    parts_.seat_actors.tell(s.seat, free_seat{row.id});
}

// --- ends --------------------------------------------------------------------------------------

void schedule_sales::made_durable(schedule_operation& op) {
  const auto id = op.outcome.held.id;
  if (const auto* asked = std::get_if<claim_seats>(&op.asked);
      is_planted(planted_bug::key_after_effect) && asked && asked->key.present() && id) {
    reservation_write late;
    late.key = asked->key;
    late.answer = op.outcome;
    late.at = asked->now;
    schedule_operation nobodys;
    static_cast<void>(parts_.writes.submit(parts_.memory->entity, late, nobodys));
  }
  replies_.send(op, fault::none);
  if (!id) return;
  reservations().made_durable(id);
  run_behind(id);
}

std::vector<schedule_command> schedule_sales::clear() {
  std::vector<schedule_command> open;
  for (auto& [number, poll] : polls_)
    open.push_back(std::move(poll.op.asked));
  polls_open_.add(-static_cast<std::int64_t>(polls_.size()));
  polls_.clear();
  for (auto& [id, queue] : behind_)
    for (auto& c : queue)
      open.push_back(std::move(c));
  behind_.clear();
  return open;
}

}  // namespace boxoffice
