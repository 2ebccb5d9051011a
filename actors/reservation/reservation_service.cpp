#include "actors/reservation/reservation_service.hpp"

#include "actors/durable/pruning.hpp"
#include "actors/reservation/reservation_service_state.hpp"
#include "config/limits.hpp"
#include "logging/log.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include <caf/exit_reason.hpp>

namespace boxoffice {
namespace {

constexpr std::array refusal_names{"none",
                                   "schedule_not_found",
                                   "seat_not_found",
                                   "queue_token_required",
                                   "queue_token_invalid",
                                   "queue_not_active",
                                   "sales_not_open",
                                   "sales_closed",
                                   "seat_limit_exceeded",
                                   "seat_taken"};

hold_reply refused(const hold_seats& m, fault what) {
  hold_reply reply;
  reply.correlation = m.correlation;
  reply.fault = what;
  return reply;
}
release_reply refused(const release_reservation& m, fault what) {
  return {m.correlation, what, release_refusal::none, {}};
}
reservation_reply refused(const find_reservation& m, fault what) {
  reservation_reply reply;
  reply.correlation = m.correlation;
  reply.fault = what;
  return reply;
}
seats_reply refused(const read_seats& m, fault what) {
  seats_reply reply;
  reply.correlation = m.correlation;
  reply.fault = what;
  return reply;
}
confirm_reply refused(const confirm_reservation& m, fault what) {
  return {m.correlation, what, m.payment, confirm_refusal::none, false};
}
revert_reply refused(const revert_reservation& m, fault what) {
  return {m.correlation, what, m.payment};
}
extension_reply refused(const extend_hold& m, fault what) {
  return {.correlation = m.correlation, .fault = what, .outcome = {}};
}
admission_reply refused(const admit_ticket& m, fault what) {
  return {.correlation = m.correlation, .fault = what, .reservation = m.reservation};
}
parked_reply refused(const move_parked_reservation& m, fault what) {
  return {m.correlation, what, parked_refusal::not_parked, {}, {}};
}

// The answer when there is no such schedule.
release_reply absent(const release_reservation& m) {
  return {m.correlation, fault::none, release_refusal::not_found, {}};
}
reservation_reply absent(const find_reservation& m) { return refused(m, fault::none); }
seats_reply absent(const read_seats& m) { return refused(m, fault::none); }
confirm_reply absent(const confirm_reservation& m) {
  return {m.correlation, fault::none, m.payment, confirm_refusal::reservation_not_found, false};
}
revert_reply absent(const revert_reservation& m) { return refused(m, fault::none); }
admission_reply absent(const admit_ticket& m) {
  auto reply = refused(m, fault::none);
  reply.refusal = admission_refusal::reservation_not_found;
  return reply;
}
parked_reply absent(const move_parked_reservation& m) { return refused(m, fault::none); }

schedule_id schedule_in(const read_seats& m) { return m.schedule; }
template <class Message>
schedule_id schedule_in(const Message& m) {
  return m.reservation.schedule;
}

}  // namespace

reservation_service_actor spawn_reservation_service(caf::actor_system& system,
                                                    const reservation_context& context) {
  return spawn_actor<reservation_service_state>(system, context);
}

reservation_service_state::reservation_service_state(interface::pointer self,
                                                     const reservation_context& context)
    : self_{self},
      context_{context},
      writes_{context.commits, [to = caf::actor_cast<caf::actor>(self)](
                                   const commit_report& report) { caf::anon_send(to, report); }},
      reads_{context.reader, context.read_runner, caf::actor_cast<caf::actor>(self), name},
      memory_{limits::loading_commands_max, [this] { load(); }, timer_of(self),
              call_deadlines{context.clock, context.metrics, name}},
      keys_{context.clock},
      parked_{
          std::make_shared<parked_entities>(context.metrics, parked_entities::kind::reservation)},
      seats_held_{seats_held_gauge(context.metrics)},
      extensions_{context.metrics.counter("boxoffice_hold_extensions_total",
                                          "Holds that were given more time")} {
  for (std::size_t i = 1; i < refusal_names.size(); ++i)
    refused_[i] =
        &context.metrics.counter("boxoffice_holds_refused_total", "Holds refused, by reason",
                                 {{"reason", refusal_names[i]}});
  self_->set_down_handler([this](const caf::down_msg& m) { schedule_ended(m); });
  keep_pruning_keys(self_, context_.store, context_.commit_runner, context_.clock, name);
  memory_.start();
}

reservation_service_state::~reservation_service_state() {
  for (const auto& [id, entry] : schedules_)
    caf::anon_send_exit(entry.actor, caf::exit_reason::user_shutdown);
}

// --- memory ------------------------------------------------------------------------------------

void reservation_service_state::load() {
  reads_.ask_within(
      memory_,
      [known = keys_.are_known()](reservation_reader& reader) {
        stored_memory m;
        if (!known) m.keys = reader.key_scopes(0, limits::known_keys_portion);
        m.schedules = reader.schedules_with_holds();
        for (const auto id : m.schedules)
          for (auto& row : reader.load_schedule(id).live)
            if (row.status == reservation_status::held) m.holds.push_back(std::move(row));
        return m;
      },
      [this](fault failed, stored_memory& m) {
        if (failed != fault::none) return memory_.failed();
        const auto now = context_.clock.now();
        if (!keys_.are_known()) keys_.know(m.keys, reads_);
        for (const auto& row : m.holds)
          holds_.add(row, now);
        for (const auto id : m.schedules)
          if (const auto* to = schedule_of(id)) self_->send(to->actor, activate_schedule{});
        memory_.loaded();
      });
}

const reservation_service_state::schedule_entry* reservation_service_state::schedule_of(
    schedule_id id) {
  if (const auto found = schedules_.find(id); found != schedules_.end()) return &found->second;
  auto of = context_.catalogue.snapshot()->find(id);
  if (!of) return nullptr;
  auto actor =
      spawn_schedule(self_->system(), caf::actor_cast<caf::actor>(self_), of, context_, parked_);
  self_->monitor(actor);
  return &schedules_.emplace(id, schedule_entry{std::move(of), std::move(actor)}).first->second;
}

// Its clients ask again, and are answered by another one that knows what is durable.
void reservation_service_state::schedule_ended(const caf::down_msg& m) {
  const auto found = std::ranges::find_if(
      schedules_, [&](const auto& s) { return s.second.actor.address() == m.source; });
  if (found == schedules_.end()) return;
  log(log_level::error, name, "a schedule ended: it starts again when asked",
      {{"schedule_id", to_text(found->first)}});
  schedules_.erase(found);
}

// --- commands ----------------------------------------------------------------------------------

template <class Message>
void reservation_service_state::admit(Message& m) {
  auto caller = sender_of(self_);
  if (memory_.serves(m.call)) return take(m, caller);
  const auto call = m.call;
  memory_.admit(call, [this, m = std::move(m), caller](fault why) mutable {
    if (why == fault::none) return take(m, caller);
    answer(self_, caller, refused(m, why));
  });
}

template <class Message>
void reservation_service_state::take(Message& m, const caf::actor& caller) {
  if (const auto* to = schedule_of(schedule_in(m))) return forward(*to, m, caller);
  // A replica of the catalogue may lack it.
  if (!context_.catalogue.is_complete(context_.clock.now()))
    return answer(self_, caller, refused(m, fault::unavailable));
  answer(self_, caller, absent(m));
}

template <class Message>
void reservation_service_state::forward(const schedule_entry& to, Message& m,
                                        const caf::actor& caller) {
  self_->send(to.actor, forwarded<Message>{std::move(m), caller, context_.clock.now()});
}

// A retry is recognised before anything else is looked at.
void reservation_service_state::take(hold_seats& m, const caf::actor& caller) {
  const auto correlation = m.correlation;
  const auto key = m.key;
  const auto call = m.call;
  keys_.begin(
      key, call, reads_, memory_,
      [this, m = std::move(m), caller]() mutable { start_hold(m, caller); },
      [this, correlation, caller](fault why, key_verdict verdict,
                                  const reservation_answer* answered) {
        hold_reply reply;
        reply.correlation = correlation;
        reply.fault = why;
        reply.key = verdict;
        if (const auto* of = std::get_if<hold_outcome>(answered)) reply.outcome = *of;
        answer(self_, caller, std::move(reply));
      });
}

void reservation_service_state::start_hold(hold_seats& m, const caf::actor& caller) {
  const auto now = context_.clock.now();
  const auto* to = schedule_of(m.schedule);
  const requested_hold asked{std::move(m.seats), m.best_count, std::move(m.best_section),
                             m.admission, m.position};
  auto validated =
      validate_hold(to == nullptr ? nullptr : to->of.get(), asked, context_.clock.calendar());
  if (auto* wanted = std::get_if<validated_hold>(&validated)) {
    self_->send(to->actor, claim_seats{m.correlation,
                                       caller,
                                       now,
                                       m.key,
                                       std::move(m.user),
                                       std::move(*wanted),
                                       {},
                                       std::move(m.call)});
    return;
  }
  hold_item item{caller, {}, m.key, now, m.call.from};
  item.reply.correlation = m.correlation;
  if (to == nullptr && m.schedule && !context_.catalogue.is_complete(now)) {
    item.reply.fault = fault::unavailable;
    return answer_kept(item);
  }
  item.reply.outcome = std::move(std::get<hold_outcome>(validated));
  refuse_hold(std::move(item));
}

void reservation_service_state::refuse_hold(hold_item item) {
  if (!item.key.present() || !is_remembered(item.reply.outcome.refusal)) return answer_kept(item);
  reservation_write write;
  write.key = item.key;
  write.answer = item.reply.outcome;
  write.at = item.now;
  keep_refusal(std::move(item), std::move(write));
}

void reservation_service_state::keep_refusal(refusal_item item, reservation_write write) {
  if (writes_.submit(writes_.new_entity(), write, item) != refusal_journal::submitted::accepted)
    answer_refused(item, fault::overloaded);
}

void reservation_service_state::answer_refused(refusal_item& item, fault what) {
  std::visit(
      [this, what](auto& of) {
        of.reply.fault = what;
        answer_kept(of);
      },
      item);
}

// The answer is final, and durable if it is to be remembered.
void reservation_service_state::answer_kept(hold_item& item) {
  auto& reply = item.reply;
  const auto refusal = reply.outcome.refusal;
  const bool stored = reply.fault == fault::in_doubt ||  // perhaps: then the next one looks it up
                      (reply.fault == fault::none && is_remembered(refusal));
  keys_.finish(item.key, stored ? known_keys::outcome::stored : known_keys::outcome::forgotten);
  if (reply.fault != fault::none)
    reply.outcome = {};
  else if (refusal == hold_refusal::none)
    holds_.add(reply.outcome.held, item.now);
  else
    refused_[static_cast<std::size_t>(refusal)]->add();
  answer(self_, item.caller, std::move(reply));
}

void reservation_service_state::on(hold_answers& m) {
  for (auto& item : m.items)
    answer_kept(item);
}

void reservation_service_state::on(confirm_answer& m) {
  if (m.reply.fault == fault::none && m.reply.refusal == confirm_refusal::none) {
    holds_.remove(m.user, m.reservation);
    m.reply.holds_else = holds_.has_live(m.user, m.concert, m.now);
  }
  answer(self_, m.caller, m.reply);
}

void reservation_service_state::on(const list_parked& m) {
  answer(self_, sender_of(self_), parked_->list(m));
}

void reservation_service_state::on(const read_figures& m) {
  figures_reply reply{m.correlation, memory_.serves() ? fault::none : fault::unavailable};
  reply.seats_held = seats_held_.value();
  std::uint64_t refused = 0;
  for (const auto* each : refused_)
    if (each != nullptr) refused += each->value();
  reply.refusals_total = static_cast<std::int64_t>(refused);
  reply.commits.push_back(times_of(name, context_.commits.latency()));
  answer(self_, sender_of(self_), std::move(reply));
}

// Everything acknowledged is committed, so the reader has it.
void reservation_service_state::on(list_reservations& m) {
  reservations_reply blank{m.correlation, fault::none, {}, 0};
  reads_.reply(
      sender_of(self_), blank,
      [m, now = context_.clock.now()](reservation_reader& reader, reservations_reply& reply) {
        const auto status = m.any_status ? std::nullopt : std::optional{m.status};
        auto page = reader.list(m.user, status, now, m.cursor, m.limit);
        for (auto& row : page.items) {
          row.status = row.status_at(now);
          reply.extended_at.push_back(row.extended_at);
        }
        reply.items = std::move(page.items);
        reply.next = page.next;
      });
}

// --- refusals that are kept --------------------------------------------------------------------

void reservation_service_state::on(const commit_report& m) {
  writes_.settle(m, settled_);
  for (auto& item : settled_.durable)
    answer_refused(item, fault::none);
  if (settled_.refused) {
    const auto& from = std::visit([](const auto& of) -> const request_origin& { return of.from; },
                                  *settled_.refused);
    log(log_level::error, from, name, "the store refuses a refusal", {{"reason", settled_.reason}});
    answer_refused(*settled_.refused, fault::internal);
  }
  for (auto& item : settled_.revoked)
    answer_refused(item, fault::unavailable);
  for (auto& item : settled_.lost)
    answer_refused(item, fault::unavailable);
  for (auto& item : settled_.in_doubt)
    look_up(std::move(item));
}

// The store says whether the refusal was written; until it can be asked, nobody knows.
void reservation_service_state::look_up(refusal_item item) {
  const auto scope = std::visit([](const auto& of) { return of.key.scope; }, item);
  reads_.ask([scope](reservation_reader& reader) { return reader.find_key(scope).has_value(); },
             [this, item](fault failed, bool& written) mutable {
               if (failed != fault::none) return answer_refused(item, fault::in_doubt);
               answer_refused(item, written ? fault::none : fault::unavailable);
             });
}

}  // namespace boxoffice
