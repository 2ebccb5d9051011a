#include "actors/core/fault_points.hpp"
#include "actors/reservation/schedule_desk_state.hpp"
#include "config/limits.hpp"
#include "config/log.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace boxoffice {
namespace {

// What must be in the store if a doubtful operation was written. The id alone does not tell: if
// this desk was replaced meanwhile, its successor has given the same id to something else.
struct trace {
  reservation row;  // none: look for the key
  request_key key;
  hold_refusal refusal{hold_refusal::none};
  enum class kind : std::uint8_t { new_row, changed_row, key_only, nothing } what{kind::nothing};
};

bool is_written(reservation_reader& reader, const trace& of) {
  switch (of.what) {
    case trace::kind::nothing:
      return true;
    case trace::kind::key_only: {
      const auto stored = reader.find_key(of.key.scope);
      return stored && stored->body == of.key.body && stored->answer.refusal == of.refusal;
    }
    case trace::kind::new_row: {
      const auto stored = reader.find(of.row.id);
      return stored && stored->user == of.row.user && stored->seats == of.row.seats &&
             stored->held_at == of.row.held_at && stored->expires_at == of.row.expires_at;
    }
    case trace::kind::changed_row: {
      const auto stored = reader.find(of.row.id);
      return stored && stored->status == of.row.status && stored->payment == of.row.payment &&
             stored->reverted == of.row.reverted;
    }
  }
  return false;
}

}  // namespace

void schedule_desk_state::keep_command(command c) {
  if (loading_ == loading::no && context_.clock.now() < retry_at_)
    refuse(c, fault::unavailable);
  else if (waiting_.size() >= limits::loading_commands_max)
    refuse(c, fault::overloaded);
  else
    waiting_.push_back(std::move(c));
  if (!waiting_.empty()) load();
  finish();
}

void schedule_desk_state::on(const wake_desk&) {
  if (ledger_) return;
  wanted_ = wanted::yes;
  load();
  finish();
}

void schedule_desk_state::load() {
  if (loading_ == loading::yes) return;
  loading_ = loading::yes;
  std::vector<trace> traces;
  for (const auto& op : doubtful_) {
    trace t;
    t.row = op.outcome.held;
    if (const auto* hold = std::get_if<claim_basket>(&op.asked)) {
      t.key = hold->key;
      t.refusal = op.outcome.refusal;
      t.what = t.row.id ? trace::kind::new_row : trace::kind::key_only;
    } else if (!std::holds_alternative<std::monostate>(op.asked)) {
      t.what = trace::kind::changed_row;
    }
    traces.push_back(std::move(t));
  }
  const auto posted = context_.read_runner.post(
      [reader = &context_.reader, to = caf::actor_cast<caf::actor>(self_),
       generation = line_.generation(), id = schedule_->id, traces = std::move(traces)] {
        schedule_loaded result{generation, nullptr};
        try {
          auto contents = std::make_shared<schedule_loaded::contents>();
          contents->state = reader->load_schedule(id);
          for (const auto& t : traces)
            contents->written.push_back(is_written(*reader, t));
          result.loaded = std::move(contents);
        } catch (const std::exception& e) {
          log(log_level::warning, "reservation", "a schedule cannot be loaded",
              {{"schedule_id", to_text(id)}, {"reason", e.what()}});
        }
        caf::anon_send(to, std::move(result));
      });
  if (posted == job_runner::posted::no) load_failed();
}

void schedule_desk_state::load_failed() {
  loading_ = loading::no;
  retry_pause_ = std::clamp<milliseconds>(retry_pause_ * 2, limits::store_retry_first,
                                          limits::store_retry_max);
  retry_at_ = context_.clock.now() + retry_pause_;
  for (auto& c : std::exchange(waiting_, {}))
    refuse(c, fault::unavailable);
}

void schedule_desk_state::on(schedule_loaded& m) {
  if (m.generation != line_.generation() || loading_ == loading::no) return;
  if (!m.loaded) {
    load_failed();
    return finish();
  }
  pass(fault_point::schedule_recovered);
  loading_ = loading::no;
  wanted_ = wanted::no;
  retry_pause_ = milliseconds{0};
  const auto now = context_.clock.now();
  ledger_ = std::make_unique<schedule_ledger>(schedule_, std::move(m.loaded->state.live),
                                              m.loaded->state.last_sequence, last_version_, now);
  advance(now);
  used_at_ = now;
  auto doubtful = std::exchange(doubtful_, {});
  for (std::size_t i = 0; i < doubtful.size(); ++i)
    send(doubtful[i], m.loaded->written[i] ? fault::none : fault::unavailable);
  for (auto& c : std::exchange(waiting_, {}))
    std::visit([this](auto& one) { begin(one); }, c);
  finish();
}

void schedule_desk_state::on(const commit_report& m) {
  auto verdict = line_.on_report(m);
  for (auto& op : verdict.committed)
    settle(op);
  if (verdict.failed()) give_up(std::move(verdict));
  finish();
}

// What failed takes everything with it that was decided after it: the store is asked again.
void schedule_desk_state::give_up(line::settled verdict) {
  log(log_level::warning, "reservation", "a batch did not commit; the schedule is loaded again",
      {{"schedule_id", to_text(schedule_->id)},
       {"writes_lost", verdict.lost.size()},
       {"writes_in_doubt", verdict.doubtful.size()}});
  for (auto& op : verdict.lost)
    send(op, fault::unavailable);
  doubtful_ = std::move(verdict.doubtful);
  for (auto& [number, r] : rounds_)
    send(r.op, fault::unavailable);
  rounds_open_.add(-static_cast<std::int64_t>(rounds_.size()));
  rounds_.clear();
  for (auto& [id, queue] : std::exchange(behind_, {}))
    for (auto& c : queue)
      refuse(c, fault::unavailable);
  drop_books();
  wanted_ = wanted::yes;
  load();
}

void schedule_desk_state::drop_books() {
  last_version_ = ledger_->version();
  seats_.end_all();
  ledger_.reset();
  if (context_.seat_maps != nullptr) context_.seat_maps->drop(schedule_->id);
  shown_version_ = {};
}

void schedule_desk_state::unload_if_idle(time_point now) {
  const bool in_use = !rounds_.empty() || !line_.empty() || !behind_.empty() ||
                      ledger_->live_holds() != 0 || !ledger_->unwritten_lapses(1).empty();
  if (!in_use && now >= used_at_ + limits::schedule_idle_time_max) drop_books();
}

void schedule_desk_state::on(const desk_tick&) {
  const auto now = context_.clock.now();
  timer_.fired(now);
  if (ledger_) {
    swept_at_ = now;
    advance(now);
    write_lapses();
    seats_.end_idle(now - limits::seat_idle_time_max, now);
    unload_if_idle(now);
  } else if (now >= retry_at_ && (wanted_ == wanted::yes || !doubtful_.empty())) {
    load();
  }
  finish();
}

// One tick for all: the next deadline (but not more often than the sweep), the next idle seat, the
// end of an idle schedule, the next try to load.
void schedule_desk_state::arm(time_point now) {
  std::optional<time_point> next;
  const auto consider = [&next](time_point at) { next = next ? std::min(*next, at) : at; };
  if (ledger_) {
    const auto sweep = swept_at_ + limits::hold_sweep_every;
    if (const auto due = ledger_->next_deadline()) consider(std::max(*due, sweep));
    if (!ledger_->unwritten_lapses(1).empty()) consider(sweep);
    if (const auto oldest = seats_.oldest()) consider(*oldest + limits::seat_idle_time_max);
    consider(std::max(used_at_ + limits::schedule_idle_time_max,
                      swept_at_ + limits::seat_idle_time_max));
  } else if (loading_ == loading::no && (wanted_ == wanted::yes || !doubtful_.empty())) {
    consider(retry_at_);
  }
  timer_.arm(self_, now, next);
}

}  // namespace boxoffice
