#include "actors/core/planted_bugs.hpp"
#include "actors/reservation/schedule_desk_state.hpp"

#include <utility>

namespace boxoffice {
namespace {

template <class... Cases>
struct cases : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
cases(Cases...) -> cases<Cases...>;

}  // namespace

// The operation is durable.
void schedule_desk_state::settle(operation& op) {
  const auto id = op.outcome.held.id;
  if (is_planted(planted_bug::key_after_effect)) remember_late(op);
  send(op, fault::none);
  if (!id) return;
  ledger_->settle(id);
  resume(id);
}

// What `planted_bug::key_after_effect` does; never called otherwise.
void schedule_desk_state::remember_late(const operation& op) {
  const auto* asked = std::get_if<claim_basket>(&op.asked);
  if (asked == nullptr || !asked->key.present() || !op.outcome.held.id) return;
  reservation_write write;
  write.key = asked->key;
  write.answer = op.outcome;
  write.at = asked->now;
  operation nobodys;
  static_cast<void>(line_.submit(std::move(write), nobodys));
}

void schedule_desk_state::send(operation& op, boxoffice::fault what) {
  const auto& row = op.outcome.held;
  std::visit(
      cases{[](std::monostate) {}, [](seats_question&) {},
            [&](claim_basket& m) {
              hold_reply reply;
              reply.ticket = m.ticket;
              reply.fault = what;
              if (what == fault::none) reply.outcome = std::move(op.outcome);
              holds_answered_.items.push_back({m.caller, std::move(reply), m.key, m.now});
            },
            [&](release_command& m) {
              if (what == fault::none) answer(self_, front_, hold_released{row.user, row.id});
              answer(self_, m.caller,
                     release_reply{m.message.ticket, what, release_refusal::none, {}});
            },
            [&](confirm_command& m) {
              flush_holds();  // they count for holds_else
              confirm_answer done;
              done.caller = m.caller;
              done.reply = {m.message.ticket, what, m.message.payment, op.refusal, false};
              done.user = row.user;
              done.reservation = row.id;
              done.concert = row.concert;
              done.now = ledger_ ? ledger_->now() : m.now;
              answer(self_, front_, std::move(done));
            },
            [&](revert_command& m) {
              answer(self_, m.caller, revert_reply{m.message.ticket, what, m.message.payment});
            }},
      op.asked);
}

void schedule_desk_state::send_absent(const command& c) {
  std::visit(
      cases{
          [](const std::monostate&) {}, [](const seats_question&) {}, [](const claim_basket&) {},
          [&](const release_command& m) {
            answer(self_, m.caller,
                   release_reply{m.message.ticket, fault::none, release_refusal::not_found, {}});
          },
          [&](const confirm_command& m) {
            answer(self_, m.caller,
                   confirm_reply{m.message.ticket, fault::none, m.message.payment,
                                 confirm_refusal::reservation_not_found, false});
          },
          // Nothing can ever confirm it, so there is nothing to remember.
          [&](const revert_command& m) {
            answer(self_, m.caller, revert_reply{m.message.ticket, fault::none, m.message.payment});
          }},
      c);
}

void schedule_desk_state::refuse(command& c, boxoffice::fault what) {
  if (auto* question = std::get_if<seats_question>(&c)) {
    seats_reply reply;
    reply.ticket = question->message.ticket;
    reply.fault = what;
    answer(self_, question->caller, std::move(reply));
    return;
  }
  operation op;
  op.asked = std::move(c);
  send(op, what);
}

void schedule_desk_state::flush_holds() {
  if (!holds_answered_.items.empty())
    answer(self_, front_, std::exchange(holds_answered_, hold_answers{}));
}

}  // namespace boxoffice
