#pragma once

#include "actors/point/protocol.hpp"
#include "actors/reservation/protocol.hpp"
#include "tests/actors/virtual_time.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <utility>

namespace boxoffice::testing {

/// How a participant treats one command of a saga.
enum class conduct : std::uint8_t {
  proper,
  refuses,        ///< says no, for a business reason
  loses_command,  ///< neither does nor answers
  loses_answer,   ///< does, and does not answer
  answers_late,   ///< does, and answers after `late_by`
  answers_twice,
  unavailable,  ///< does nothing, says so
  in_doubt,     ///< does it, and says that it does not know
};

/// The point and the reservation service by the rules of their protocols (idempotent by payment id,
/// tombstones, the deadline decides), with their books open to the test.
struct participants {
  explicit participants(const boxoffice::clock& c) : time{c} {}

  using step_key = std::pair<payment_id, saga_step>;

  const boxoffice::clock& time;
  milliseconds late_by{700};
  std::map<saga_step, std::deque<conduct>> script;        ///< next commands, one each
  std::map<saga_step, conduct> always;                    ///< after the script
  std::function<void(saga_step, payment_id)> on_command;  ///< before it is treated
  std::map<saga_step, int> commands;

  // The books.
  std::map<user_id, points> balances;
  std::map<payment_id, std::vector<points>> ledger;
  std::map<step_key, point_outcome> answered;
  std::map<reservation_id, reservation> reservations;
  time_point starts_at{};
  milliseconds point_delay{0};
  std::function<milliseconds(payment_id)> delay_of;  ///< of answers to debits

  [[nodiscard]] points sum(payment_id p) {
    points s;
    for (const auto entry : ledger[p])
      s += entry;
    return s;
  }

  conduct next(saga_step step, payment_id p) {
    ++commands[step];
    if (on_command) on_command(step, p);
    auto& queue = script[step];
    if (!queue.empty()) {
      const auto c = queue.front();
      queue.pop_front();
      return c;
    }
    const auto at = always.find(step);
    return at == always.end() ? conduct::proper : at->second;
  }

  point_outcome debit(const debit_points& m) {
    const step_key key{m.payment, saga_step::debit};
    if (const auto at = answered.find(key); at != answered.end()) return at->second;
    point_outcome o;
    auto& balance = balances[m.user];
    if (answered.contains({m.payment, saga_step::refund})) {
      o.refusal = point_refusal::undone_before;
    } else if (m.amount > balance) {
      o.refusal = point_refusal::insufficient_points;
      o.required = m.amount;
    } else {
      balance -= m.amount;
      ledger[m.payment].push_back(-m.amount);
      o.transaction = {++last_transaction};
      o.amount = -m.amount;
    }
    o.balance = balance;
    return answered[key] = o;
  }
  point_outcome refund(const refund_points& m) {
    const step_key key{m.payment, saga_step::refund};
    if (const auto at = answered.find(key); at != answered.end()) return at->second;
    point_outcome o;
    auto& balance = balances[m.user];
    const auto done = answered.find({m.payment, saga_step::debit});
    if (done != answered.end() && done->second.refusal == point_refusal::none) {
      balance -= done->second.amount;
      ledger[m.payment].push_back(-done->second.amount);
      o.transaction = {++last_transaction};
      o.amount = -done->second.amount;
    }
    o.balance = balance;
    return answered[key] = o;
  }
  confirm_refusal confirm(const confirm_reservation& m) {
    const auto at = reservations.find(m.reservation);
    if (at == reservations.end()) return confirm_refusal::reservation_not_found;
    auto& r = at->second;
    if (r.payment == m.payment && r.status == reservation_status::confirmed)
      return confirm_refusal::none;
    if (r.reverted.value >= m.payment.value) return confirm_refusal::reverted_before;
    switch (r.status_at(time.now())) {
      case reservation_status::held:
        break;
      case reservation_status::confirmed:
        return confirm_refusal::already_confirmed;
      case reservation_status::expired:
        return confirm_refusal::reservation_expired;
      case reservation_status::released:
      case reservation_status::refunded:
        return confirm_refusal::reservation_released;
    }
    r.status = reservation_status::confirmed;
    r.payment = m.payment;
    return confirm_refusal::none;
  }
  void revert(const revert_reservation& m) {
    auto& r = reservations[m.reservation];
    r.reverted = std::max(r.reverted, m.payment);
    if (r.payment != m.payment || r.status != reservation_status::confirmed) return;
    r.status = m.why == revert_reservation::reason::refund ? reservation_status::refunded
                                                           : reservation_status::released;
  }

  std::uint64_t last_transaction{0};
};

/// Answers `proper` according to how the participant behaves; `run` does the work and returns the
/// reply.
template <class Self, class Reply, class Run>
void treat(Self* self, participants& p, conduct how, const Reply& blank, Run run,
           milliseconds delay) {
  const auto to = sender_of(self);
  const auto send = [&](const Reply& r, milliseconds after) {
    if (after > milliseconds{0})
      caf::delayed_anon_send(to, after, r);
    else
      answer(self, to, r);
  };
  auto faulty = blank;
  switch (how) {
    case conduct::refuses:
    case conduct::proper:
      return send(run(), delay);
    case conduct::loses_command:
      return;
    case conduct::loses_answer:
      run();
      return;
    case conduct::answers_late:
      return send(run(), p.late_by);
    case conduct::answers_twice: {
      const auto r = run();
      send(r, delay);
      send(r, delay);
      send(r, milliseconds{120});
      return;
    }
    case conduct::unavailable:
      faulty.fault = fault::unavailable;
      return send(faulty, delay);
    case conduct::in_doubt:
      run();
      faulty.fault = fault::in_doubt;
      return send(faulty, delay);
  }
}

class fake_points {
 public:
  using interface = point_service_actor;
  static constexpr auto name = "Self";
  fake_points(interface::pointer self, participants* p) : self_{self}, p_{*p} {}

  void on(const charge_points&) {}
  void on(const read_balance&) {}
  void on(const list_transactions&) {}
  void on(const read_figures&) {}
  void on(const debit_points& m) {
    const auto how = p_.next(saga_step::debit, m.payment);
    const auto delay = p_.delay_of ? p_.delay_of(m.payment) : p_.point_delay;
    point_step_reply blank{m.correlation, fault::none, m.payment, point_step::debit, {}};
    treat(
        self_, p_, how, blank,
        [&] {
          auto r = blank;
          if (how == conduct::refuses) p_.balances[m.user] = {};
          r.outcome = p_.debit(m);
          return r;
        },
        delay);
  }
  void on(const refund_points& m) {
    const auto how = p_.next(saga_step::refund, m.payment);
    point_step_reply blank{m.correlation, fault::none, m.payment, point_step::refund, {}};
    treat(
        self_, p_, how, blank,
        [&] {
          auto r = blank;
          r.outcome = p_.refund(m);
          return r;
        },
        p_.point_delay);
  }

 private:
  interface::pointer self_;
  participants& p_;
};

class fake_reservations {
 public:
  using interface = reservation_service_actor;
  static constexpr auto name = "fake_reservations";
  fake_reservations(interface::pointer self, participants* p) : self_{self}, p_{*p} {}

  void on(const hold_seats&) {}
  void on(const release_reservation&) {}
  void on(const list_reservations&) {}
  void on(const read_seats&) {}
  void on(const list_parked&) {}
  void on(const move_parked_reservation&) {}
  void on(const read_figures&) {}
  void on(const admit_ticket&) {}
  void on(const extend_hold&) {}
  void on(const find_reservation& m) {
    reservation_reply blank;
    blank.correlation = m.correlation;
    treat(
        self_, p_, p_.next(saga_step::none, {}), blank,
        [&] {
          auto r = blank;
          const auto at = p_.reservations.find(m.reservation);
          if (at == p_.reservations.end()) return r;
          if (!m.user.value.empty() && at->second.user != m.user) return r;
          r.present = reservation_reply::presence::found;
          r.found = at->second;
          r.found.status = at->second.status_at(p_.time.now());
          r.starts_at = p_.starts_at;
          return r;
        },
        milliseconds{0});
  }
  void on(const confirm_reservation& m) {
    const auto how = p_.next(saga_step::confirm, m.payment);
    confirm_reply blank;
    blank.correlation = m.correlation;
    blank.payment = m.payment;
    treat(
        self_, p_, how, blank,
        [&] {
          auto r = blank;
          if (how == conduct::refuses) p_.reservations[m.reservation].expires_at = p_.time.now();
          r.refusal = p_.confirm(m);
          return r;
        },
        milliseconds{0});
  }
  void on(const revert_reservation& m) {
    const auto how = p_.next(saga_step::revert, m.payment);
    revert_reply blank{m.correlation, fault::none, m.payment};
    treat(
        self_, p_, how, blank,
        [&] {
          p_.revert(m);
          return blank;
        },
        milliseconds{0});
  }

 private:
  interface::pointer self_;
  participants& p_;
};

}  // namespace boxoffice::testing
