#include "actors/commit/store_read.hpp"
#include "actors/payment/payment_desk_state.hpp"
#include "config/log.hpp"

#include <utility>

namespace boxoffice {
namespace {

saga_query query_of(const list_sagas& m, time_point now) {
  saga_query asked;
  if (m.what == list_sagas::wanted::one_state) asked.state = m.state;
  if (m.unchanged_for_seconds > 0) asked.unchanged_since = now - seconds{m.unchanged_for_seconds};
  asked.after = m.after;
  asked.limit = m.limit;
  return asked;
}

}  // namespace

// Reads need nothing of the desk's memory, so they are answered in every phase.
void payment_desk_state::on(const list_sagas& m) {
  auto fill = [&reader = context_.reader, asked = query_of(m, now())](saga_list& list) {
    auto more = asked;
    ++more.limit;
    list.sagas = reader.sagas(more);
    if (list.sagas.size() <= asked.limit) return;
    list.sagas.resize(asked.limit);
    list.follows = saga_list::more::yes;
  };
  const auto from = sender_of(self_);
  if (post_read(context_.reads, from, "payment", saga_list{m.ticket, fault::none, {}, {}},
                std::move(fill)) == job_runner::posted::no)
    answer(self_, from, saga_list{m.ticket, fault::overloaded, {}, {}});
}

void payment_desk_state::on(const read_saga& m) {
  auto fill = [&reader = context_.reader, id = m.payment](saga_report& report) {
    if (const auto row = reader.find(id)) report.row = *row;
    if (report.row.id) report.timeline = reader.timeline(id);
  };
  const auto from = sender_of(self_);
  if (post_read(context_.reads, from, "payment", saga_report{m.ticket, fault::none, {}, {}},
                std::move(fill)) == job_runner::posted::no)
    answer(self_, from, saga_report{m.ticket, fault::overloaded, {}, {}});
}

void payment_desk_state::take(const resume_saga& m, const caf::actor& from) {
  look_at({from, m.ticket, m.payment, operator_command::wanted::resume, {}});
}

void payment_desk_state::take(const abort_saga& m, const caf::actor& from) {
  look_at({from, m.ticket, m.payment, operator_command::wanted::abort, m.reason});
}

void payment_desk_state::look_at(operator_command c) {
  if (const auto open = open_.find(c.payment); open != open_.end())
    return answer_operator(c, fault::none, saga_refusal::saga_not_parked, open->second.row);
  if (operators_.size() + candidates_.size() + open_.size() >= context_.open_sagas_max)
    return answer_operator(c, fault::overloaded, saga_refusal::none, {});
  // One at a time: no command sees a row from before another one.
  if (!moving_.insert(c.payment).second)
    return answer_operator(c, fault::unavailable, saga_refusal::none, {});
  const auto number = ++last_candidate_;
  auto read = [&reader = context_.reader, payment = c.payment](parked_saga_read& r) {
    r.found = reader.find(payment);
  };
  operators_.emplace(number, std::move(c));
  parked_saga_read blank;
  blank.job = number;
  if (post_read(context_.reads, desk(), "payment", blank, std::move(read)) ==
      job_runner::posted::yes)
    return;
  blank.fault = fault::overloaded;
  on(blank);
}

void payment_desk_state::on(const parked_saga_read& m) {
  auto node = operators_.extract(m.job);
  if (!node) return;
  const auto& c = node.mapped();
  moving_.erase(c.payment);
  if (m.fault != fault::none) return answer_operator(c, m.fault, saga_refusal::none, {});
  if (!m.found || !serves(c.payment))
    return answer_operator(c, fault::none, saga_refusal::payment_not_found, {});
  if (m.found->state != saga_state::parked)
    return answer_operator(c, fault::none, saga_refusal::saga_not_parked, *m.found);
  move(c, *m.found);
}

// The decision is written like the first row of a saga: once it is durable the saga runs, and after
// a crash it is found among the open ones.
void payment_desk_state::move(const operator_command& c, const payment& parked) {
  saga decides{parked, context_.rules};
  auto d = c.what == operator_command::wanted::resume ? decides.operator_resumes(now())
                                                      : decides.operator_aborts(c.reason, now());
  payment_write w;
  w.row = d.row;
  w.notes = std::move(d.notes);
  w.at = now();
  flight f;
  f.payment = parked.id;
  f.row = d.row;
  f.by_operator = c;
  if (submit(std::move(w), std::move(f)) == submitted::full)
    return answer_operator(c, fault::overloaded, saga_refusal::none, {});
  auto& p = open_[parked.id];
  p.row = std::move(*d.row);
  p.what = parked.completed_at == no_time ? purpose::purchase : purpose::refund;
  // A younger payment of the same reservation keeps its place.
  by_reservation_.try_emplace(p.row.reservation, parked.id);
  meters_.open_in(saga_state::parked).add(-1);
  meters_.open_in(p.row.state).add(1);
}

void payment_desk_state::answer_operator(const operator_command& c, fault why, saga_refusal refusal,
                                         const payment& row) {
  answer(self_, c.to, saga_command_reply{c.ticket, why, refusal, row});
}

// The desk loses its memory: what was not yet written is not done, what was on its way perhaps.
void payment_desk_state::forget_operators() {
  for (const auto& [number, c] : operators_)
    answer_operator(c, fault::unavailable, saga_refusal::none, {});
  operators_.clear();
  moving_.clear();
  for (const auto& f : flights_)
    if (f.by_operator) answer_operator(*f.by_operator, fault::in_doubt, saga_refusal::none, {});
}

void payment_desk_state::refuse(const resume_saga& m, const caf::actor& to, fault why) {
  answer(self_, to, saga_command_reply{m.ticket, why, saga_refusal::none, {}});
}
void payment_desk_state::refuse(const abort_saga& m, const caf::actor& to, fault why) {
  answer(self_, to, saga_command_reply{m.ticket, why, saga_refusal::none, {}});
}

}  // namespace boxoffice
