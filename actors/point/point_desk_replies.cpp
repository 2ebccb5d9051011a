#include "actors/point/point_desk_state.hpp"

namespace boxoffice {

void point_desk_state::reject(const account_command& command, fault why) {
  keys_.finish(command.key, key_book::outcome::forgotten);
  reply(command, why, {});
}

void point_desk_state::reply(const account_command& command, fault why,
                             const point_outcome& outcome) {
  switch (command.task) {
    case account_task::charge:
      return answer(self_, command.from,
                    charge_reply{command.ticket, why, key_verdict::fresh, outcome});
    case account_task::debit:
      return answer(
          self_, command.from,
          point_step_reply{command.ticket, why, command.payment, point_step::debit, outcome});
    case account_task::refund:
      return answer(
          self_, command.from,
          point_step_reply{command.ticket, why, command.payment, point_step::refund, outcome});
    case account_task::read:
      return answer(self_, command.from, balance_reply{command.ticket, why, outcome.balance});
  }
}

void point_desk_state::reply(const charge_points& m, const caf::actor& to, fault why,
                             key_verdict verdict, const point_outcome& outcome) {
  answer(self_, to, charge_reply{m.ticket, why, verdict, outcome});
}

void point_desk_state::refuse(const charge_points& m, const caf::actor& to, fault why) {
  answer(self_, to, charge_reply{m.ticket, why, key_verdict::fresh, {}});
}
void point_desk_state::refuse(const debit_points& m, const caf::actor& to, fault why) {
  answer(self_, to, point_step_reply{m.ticket, why, m.payment, point_step::debit, {}});
}
void point_desk_state::refuse(const refund_points& m, const caf::actor& to, fault why) {
  answer(self_, to, point_step_reply{m.ticket, why, m.payment, point_step::refund, {}});
}
void point_desk_state::refuse(const read_balance& m, const caf::actor& to, fault why) {
  answer(self_, to, balance_reply{m.ticket, why, {}});
}

}  // namespace boxoffice
