#include "actors/reservation/schedule_replies.hpp"

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

void schedule_replies::send(schedule_operation& op, fault what) {
  const auto& row = op.outcome.held;
  std::visit(
      cases{[](std::monostate) {}, [](seats_question&) {},
            [&](claim_seats& m) {
              hold_reply reply;
              reply.correlation = m.correlation;
              reply.fault = what;
              if (what == fault::none) reply.outcome = std::move(op.outcome);
              auto& item = holds_.items.emplace_back();
              item = {m.caller, std::move(reply), m.key, m.now, m.call.from};
            },
            [&](release_command& m) {
              if (what == fault::none) to(parts_.front, hold_released{row.user, row.id});
              to(m.caller, release_reply{m.message.correlation, what, release_refusal::none, {}});
            },
            [&](confirm_command& m) {
              flush();  // they count for holds_else
              confirm_answer done;
              done.caller = m.caller;
              done.reply = {m.message.correlation, what, m.message.payment, op.refusal, false};
              done.user = row.user;
              done.reservation = row.id;
              done.concert = row.concert;
              done.now = parts_.memory ? parts_.memory->reservations.now() : m.now;
              to(parts_.front, std::move(done));
            },
            [&](revert_command& m) {
              to(m.caller, revert_reply{m.message.correlation, what, m.message.payment});
            },
            [&](extend_command& m) {
              flush();  // what is told to the front of one reservation comes in order
              extension_answer done;
              done.caller = m.caller;
              done.reply.correlation = m.message.correlation;
              done.reply.fault = what;
              if (what == fault::none) {
                done.reply.extended_at = op.extension.held.extended_at;
                done.reply.outcome = std::move(op.extension);
              }
              done.key = m.message.key;
              done.now = m.now;
              done.from = m.message.call.from;
              to(parts_.front, std::move(done));
            },
            [&](admit_command& m) {
              auto reply = what == fault::none ? std::move(op.admission) : admission_reply{};
              reply.correlation = m.message.correlation;
              reply.fault = what;
              reply.reservation = m.message.reservation;
              to(m.caller, std::move(reply));
            }},
      op.asked);
}

void schedule_replies::send_absent(const schedule_command& c) {
  std::visit(
      cases{[](const std::monostate&) {}, [](const seats_question&) {}, [](const claim_seats&) {},
            [&](const release_command& m) {
              to(m.caller,
                 release_reply{m.message.correlation, fault::none, release_refusal::not_found, {}});
            },
            [&](const confirm_command& m) {
              to(m.caller, confirm_reply{m.message.correlation, fault::none, m.message.payment,
                                         confirm_refusal::reservation_not_found, false});
            },
            // Nothing can ever confirm it, so there is nothing to remember.
            [&](const revert_command& m) {
              to(m.caller, revert_reply{m.message.correlation, fault::none, m.message.payment});
            },
            // Its refusal is remembered: schedule_sales writes it first.
            [](const extend_command&) {},
            [&](const admit_command& m) {
              to(m.caller, admission_reply{.correlation = m.message.correlation,
                                           .reservation = m.message.reservation,
                                           .refusal = admission_refusal::reservation_not_found});
            }},
      c);
}

void schedule_replies::refuse(schedule_command& c, fault what) {
  if (auto* question = std::get_if<seats_question>(&c)) {
    seats_reply reply;
    reply.correlation = question->message.correlation;
    reply.fault = what;
    return to(question->caller, std::move(reply));
  }
  schedule_operation op;
  op.asked = std::move(c);
  send(op, what);
}

void schedule_replies::flush() {
  if (!holds_.items.empty()) to(parts_.front, std::exchange(holds_, hold_answers{}));
}

}  // namespace boxoffice
