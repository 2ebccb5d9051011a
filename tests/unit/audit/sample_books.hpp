#pragma once

#include "actors/audit/books.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

namespace boxoffice::audit {

inline constexpr std::int64_t now = 1'800'000'000'000;  // some moment of 2027, in milliseconds

/// A reservation of one seat of schedule 1.
constexpr std::uint64_t reservation_of(std::uint64_t number) {
  return (std::uint64_t{1} << 36) | number;
}

/// Builds books in which everything adds up: each payment is put in with all that its state calls
/// for. Number n pays reservation_of(n), which has seat n, for 100 points.
class sample_books {
 public:
  sample_books() {
    for (const auto* name : {"best_selling", "sold_out", "queue"})
      all.positions.push_back({all.consumers.of(name), 0});
  }

  books all;

  name_number user(const std::string& name) { return all.users.of(name); }

  void charge(const std::string& who, std::int64_t amount) {
    move(who, ledger_kind::charge, amount, 0);
  }

  void hold(std::uint64_t number, const std::string& who) {
    reserve(number, who, reservation_status::held, 0);
  }

  /// The hold is over then, and has lasted as long as others.
  void ends(std::uint64_t number, std::int64_t at) {
    auto& of = reservation(number);
    of.held_at = at - hold_ms;
    of.expires_at = at;
  }
  /// The hold was given more time when it was new.
  void extend(std::uint64_t number, std::int64_t by_ms) {
    auto& of = reservation(number);
    of.extended_at = of.held_at + 1000;
    of.expires_at += by_ms;
  }

  /// A payment in `state`, with the least that the state calls for.
  void pay(std::uint64_t number, const std::string& who, payment_state state) {
    payment_row p{.id = number,
                  .reservation = reservation_of(number),
                  .schedule = 1,
                  .user = user(who),
                  .amount = price,
                  .state = state,
                  .seats = 1,
                  .created_at = now - 2000,
                  .deadline = now + 28'000,
                  .changed_at = now - 1000};
    const bool completed =
        state == payment_state::completed || state == payment_state::refund_started ||
        state == payment_state::refund_released || state == payment_state::refunded;
    if (completed) p.completed_at = now - 1000;
    if (state == payment_state::parked) p.reason = parking_reason::given;
    all.payments.push_back(p);
    all.payment_keys.push_back({number});
    reserve(number, who, status_of(state), number);
    if (completed || state == payment_state::debited || state == payment_state::compensated)
      use(number, who);
    if (state == payment_state::compensated || state == payment_state::refunded)
      give_back(number, who);
    if (completed) tell(p, event_kind::payment_completed);
    if (state == payment_state::refunded) tell(p, event_kind::payment_refunded);
  }

  void use(std::uint64_t number, const std::string& who) {
    const auto id = move(who, ledger_kind::use, -price, number);
    tell_balance(number, who);
    all.steps.push_back({number, point_step::debit, step_answer::done, id});
  }
  void give_back(std::uint64_t number, const std::string& who) {
    const auto id = move(who, ledger_kind::refund, price, number);
    if (const auto at = std::ranges::find(all.payments, number, &payment_row::id);
        at != all.payments.end() && at->state == payment_state::refunded)
      tell_balance(number, who);
    all.steps.push_back({number, point_step::refund, step_answer::done, id});
  }
  void tell_balance(std::uint64_t number, const std::string& who) {
    const auto at = std::ranges::find(all.payments, number, &payment_row::id);
    if (at != all.payments.end()) at->balance = account(who).balance;
  }
  std::uint64_t move(const std::string& who, ledger_kind kind, std::int64_t amount,
                     std::uint64_t reference) {
    auto& balance = account(who).balance;
    balance += amount;
    all.ledger.push_back({++last_transaction_, user(who), kind, amount, balance, reference});
    return last_transaction_;
  }

  balance_row& account(const std::string& who) {
    const auto found = std::ranges::find(all.balances, user(who), &balance_row::user);
    return found != all.balances.end() ? *found : all.balances.emplace_back(balance_row{user(who)});
  }
  payment_row& payment(std::uint64_t number) {
    return *std::ranges::find(all.payments, number, &payment_row::id);
  }
  reservation_row& reservation(std::uint64_t number) {
    return *std::ranges::find(all.reservations, reservation_of(number), &reservation_row::id);
  }
  ledger_row& moved(std::uint64_t payment, ledger_kind kind) {
    return *std::ranges::find_if(all.ledger, [&](const ledger_row& row) {
      return row.reference == payment && row.kind == kind;
    });
  }
  void free_claim(std::uint64_t number) {
    std::erase_if(all.claims,
                  [&](const claim_row& c) { return c.reservation == reservation_of(number); });
  }
  /// Appends an event, which every consumer applies.
  void tell(const payment_row& p, event_kind kind) {
    const auto sequence = ++all.last_sequence;
    const auto id = (p.id << 1) | static_cast<std::uint64_t>(kind);
    all.events.push_back(
        {sequence, id, kind, p.id, p.user, p.reservation, p.schedule, p.seats, p.amount});
    for (auto& at : all.positions)
      at.sequence = sequence;
    for (const auto* name : {"best_selling", "sold_out"}) {
      const auto consumer = all.consumers.of(name);
      all.applied.push_back({consumer, sequence, id});
      total(consumer).seats += kind == event_kind::payment_completed ? 1 : -1;
    }
  }
  total_row& total(name_number consumer) {
    const auto found = std::ranges::find(all.totals, consumer, &total_row::consumer);
    return found != all.totals.end() ? *found : all.totals.emplace_back(total_row{consumer, 1, 0});
  }

 private:
  static constexpr std::int64_t price = 100, hold_ms = 300'000;

  static reservation_status status_of(payment_state state) {
    switch (state) {
      case payment_state::completed:
      case payment_state::refund_started:
        return reservation_status::confirmed;
      case payment_state::refund_released:
      case payment_state::refunded:
        return reservation_status::refunded;
      case payment_state::compensated:
        return reservation_status::released;
      case payment_state::started:
      case payment_state::debited:
      case payment_state::failed:
      case payment_state::refunding:
      case payment_state::parked:
        break;
    }
    return reservation_status::held;
  }

  void reserve(std::uint64_t number, const std::string& who, reservation_status status,
               std::uint64_t by) {
    const auto seat = static_cast<std::uint32_t>(number);
    reservation_row r{.id = reservation_of(number),
                      .schedule = 1,
                      .user = user(who),
                      .seats = {{seat, price}},
                      .amount = price,
                      .status = status,
                      .held_at = now - 3000,
                      .expires_at = now - 3000 + hold_ms};
    if (status == reservation_status::confirmed || status == reservation_status::refunded)
      r.payment = by;
    if (status == reservation_status::held || status == reservation_status::confirmed)
      all.claims.push_back({1, seat, r.id});
    all.reservations.push_back(r);
  }

  std::uint64_t last_transaction_{0};
};

}  // namespace boxoffice::audit
