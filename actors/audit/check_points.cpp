#include "actors/audit/findings.hpp"

#include <string>
#include <vector>

namespace boxoffice::audit {
namespace {

/// What the ledger of one user has come to.
struct running {
  std::int64_t sum{0}, after{0};
  std::uint64_t last{0};  ///< ledger row
};

bool has_right_sign(const ledger_row& row) {
  switch (row.kind) {
    case ledger_kind::charge:
      return row.amount >= 0 && row.reference == 0;
    case ledger_kind::use:
      return row.amount <= 0;
    case ledger_kind::refund:
      return row.amount >= 0;
  }
  return false;
}

std::vector<running> walk_ledger(const books& all, findings& out) {
  std::vector<running> users(all.users.size());
  for (const auto& row : all.ledger) {
    auto& of = users[static_cast<std::size_t>(row.user)];
    const auto ids = [&] {
      return std::vector{all.users.text(row.user), transaction_name(row.id)};
    };
    if (!has_right_sign(row))
      out.add(rule::wrong_sign, ids(),
              "Its amount is " + std::to_string(row.amount) + ", which its kind does not allow.");
    if (row.balance_after < 0)
      out.add(rule::negative_balance, ids(),
              "The balance after it is " + std::to_string(row.balance_after) + ".");
    if (row.balance_after != of.after + row.amount)
      out.add(rule::balance_chain, ids(),
              "The balance before it is " + std::to_string(of.after) + ", its amount " +
                  std::to_string(row.amount) + ", and the balance after it " +
                  std::to_string(row.balance_after) + ".");
    of.sum += row.amount;
    of.after = row.balance_after;
    of.last = row.id;
  }
  return users;
}

bool is_done_by(const step_row& step, std::span<const ledger_row* const> moves, ledger_kind kind) {
  return std::ranges::any_of(moves, [&](const ledger_row* row) {
    return row->kind == kind && row->id == step.transaction;
  });
}

ledger_kind kind_of(point_step step) {
  switch (step) {
    case point_step::debit:
      return ledger_kind::use;
    case point_step::refund:
      break;
  }
  return ledger_kind::refund;
}

/// Whether the answer to a step and the payment's ledger rows of its kind tell the same.
bool agree(const step_row* step, std::span<const ledger_row* const> moves, ledger_kind kind) {
  const auto moved =
      std::ranges::any_of(moves, [&](const ledger_row* row) { return row->kind == kind; });
  if (step == nullptr) return !moved;
  if (step->transaction == 0)
    return !moved && (step->answer == step_answer::refused || kind == ledger_kind::refund);
  return step->answer == step_answer::done && is_done_by(*step, moves, kind);
}

}  // namespace

void check_accounts(const ledgers& in, findings& out) {
  const auto& all = in.all;
  auto users = walk_ledger(all, out);
  for (const auto& account : all.balances) {
    auto& of = users[static_cast<std::size_t>(account.user)];
    const auto& name = all.users.text(account.user);
    if (account.balance < 0)
      out.add(rule::negative_balance, {name},
              "The balance is " + std::to_string(account.balance) + ".");
    if (account.balance != of.sum)
      out.add(rule::ledger_sum, {name},
              "The balance is " + std::to_string(account.balance) + ", the sum of the ledger " +
                  std::to_string(of.sum) + ".");
    of.last = 0;
  }
  for (std::size_t user = 0; user < users.size(); ++user)
    if (users[user].last != 0)
      out.add(rule::ledger_sum, {all.users.text(static_cast<name_number>(user))},
              "There is a ledger whose sum is " + std::to_string(users[user].sum) +
                  ", and no account.");
}

void check_steps(const ledgers& in, findings& out) {
  const index_by<step_row> steps{in.all.steps, &step_row::payment};
  const auto examine = [&](std::uint64_t payment) {
    const auto moves = in.moves.all(payment);
    for (const auto step : {point_step::debit, point_step::refund}) {
      const step_row* answered = nullptr;
      for (const auto* row : steps.all(payment))
        if (row->step == step) answered = row;
      if (agree(answered, moves, kind_of(step))) continue;
      out.add(rule::step_differs, {payment_name(payment)},
              std::string{"What the account answered to its "} +
                  (step == point_step::debit ? "debit" : "refund") +
                  " is not what stands in the ledger.");
    }
  };
  std::uint64_t last = 0;
  for (const auto* row : steps.sorted()) {
    if (row->payment != last) examine(row->payment);
    last = row->payment;
  }
  last = 0;
  for (const auto* row : in.moves.sorted()) {
    if (row->reference == 0 || row->reference == last) continue;
    last = row->reference;
    if (steps.find(last) == nullptr) examine(last);
  }
}

}  // namespace boxoffice::audit
