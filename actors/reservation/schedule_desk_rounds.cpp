#include "actors/core/planted_bugs.hpp"
#include "actors/reservation/schedule_desk_state.hpp"
#include "config/limits.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice {

void schedule_desk_state::open_hold_round(claim_basket& m, const reservation& row) {
  const auto number = ++last_round_;
  auto& r = rounds_[number];
  r.op.outcome.held = row;
  r.op.asked = std::move(m);
  r.open = row.seats.size();
  rounds_open_.add(1);
  const claim_seat claim{number, row.id, row.expires_at, ledger_->now()};
  for (const auto& s : row.seats)
    seats_.ask(s.seat, claim.now, claim, [this](seat_index at) { return ledger_->seat_now(at); });
}

void schedule_desk_state::open_sale_round(operation op) {
  const auto number = ++last_round_;
  auto& r = rounds_[number];
  r.op = std::move(op);
  const auto& row = r.op.outcome.held;
  r.open = row.seats.size();
  rounds_open_.add(1);
  ledger_->begin_sale(row.id);
  const sell_seat sell{number, row.id, ledger_->now()};
  for (const auto& s : row.seats)
    seats_.ask(s.seat, sell.now, sell, [this](seat_index at) { return ledger_->seat_now(at); });
}

void schedule_desk_state::on(const seat_answer& m) {
  const auto found = rounds_.find(m.round);
  if (found == rounds_.end()) return;  // of a generation that failed
  seats_.answered(m.seat);
  auto& r = found->second;
  if (m.verdict != seat_verdict::granted) r.refused.push_back(m.seat);
  if (--r.open != 0) return;
  auto done = std::move(r);
  rounds_.erase(found);
  rounds_open_.add(-1);
  close_round(std::move(done));
  finish();
}

void schedule_desk_state::close_round(round done) {
  if (!std::holds_alternative<claim_basket>(done.op.asked)) {
    check(done.refused.empty(), "a seat agrees with its desk about who holds it");
    return write_sale(std::move(done.op));
  }
  if (done.refused.empty()) return write_hold(std::move(done.op));

  // All or none: what the basket has claimed goes back.
  const auto row = std::exchange(done.op.outcome.held, {});
  if (!is_planted(planted_bug::basket_keeps_claims)) tell_free(row);
  ledger_->withdraw(row.id);
  std::ranges::sort(done.refused);
  done.op.outcome.refusal = hold_refusal::seat_taken;
  for (const auto at : done.refused)
    done.op.outcome.seats.push_back(schedule_->seats.name_of(at));
  refuse_hold(std::move(done.op));
  resume(row.id);
}

void schedule_desk_state::write_hold(operation op) {
  const auto& asked = std::get<claim_basket>(op.asked);
  const auto id = op.outcome.held.id;
  const auto lapses = ledger_->lapses_under(op.outcome.held);
  reservation_write write;
  write.row = op.outcome.held;
  write.lapsed = lapses;
  write.at = ledger_->now();
  if (asked.key.present() && !is_planted(planted_bug::key_after_effect)) {
    write.key = asked.key;
    write.answer = op.outcome;
  }
  if (line_.submit(std::move(write), op) == submitted::accepted) {
    ledger_->mark_lapses_written(lapses);
    ledger_->grant(id);
    return;
  }
  tell_free(op.outcome.held);
  ledger_->withdraw(id);
  send(op, fault::overloaded);
  resume(id);
}

void schedule_desk_state::refuse_hold(operation op) {
  const auto& key = std::get<claim_basket>(op.asked).key;
  if (!key.present()) return send(op, fault::none);
  reservation_write write;
  write.key = key;
  write.answer = op.outcome;
  write.at = ledger_->now();
  if (line_.submit(std::move(write), op) == submitted::full) send(op, fault::overloaded);
}

void schedule_desk_state::write_sale(operation op) {
  reservation_write write;
  write.row = op.outcome.held;
  write.at = ledger_->now();
  const auto next = op.outcome.held;
  if (line_.submit(std::move(write), op) == submitted::accepted) return ledger_->change(next);

  ledger_->end_sale(next.id);
  tell_free(next);
  const claim_seat again{0, next.id, next.expires_at, ledger_->now()};
  for (const auto& s : next.seats)
    seats_.tell(s.seat, again);
  send(op, fault::overloaded);
  resume(next.id);
}

void schedule_desk_state::write_change(operation op, reservation_change::effect what) {
  reservation_write write;
  write.row = op.outcome.held;
  write.at = ledger_->now();
  const auto next = op.outcome.held;
  if (line_.submit(std::move(write), op) == submitted::full) return send(op, fault::overloaded);
  ledger_->change(next);
  if (what == reservation_change::effect::free_seats) tell_free(next);
}

// The sweeper's: holds that ended are written as expired, for those who read the store.
void schedule_desk_state::write_lapses() {
  for (int i = 0; i < limits::lapse_writes_per_sweep_max; ++i) {
    const auto ended = ledger_->unwritten_lapses(limits::lapses_written_max);
    if (ended.empty()) return;
    reservation_write write;
    write.lapsed = ended;
    write.at = ledger_->now();
    operation nobodys;
    if (line_.submit(std::move(write), nobodys) == submitted::full) return;
    ledger_->mark_lapses_written(ended);
  }
}

void schedule_desk_state::tell_free(const reservation& row) {
  for (const auto& s : row.seats)
    seats_.tell(s.seat, free_seat{row.id});
}

}  // namespace boxoffice
