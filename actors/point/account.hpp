#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/money.hpp"
#include "actors/core/time.hpp"
#include "config/limits.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace boxoffice {

enum class transaction_kind : std::uint8_t { charge, use, refund };

/// One row of the ledger: append-only, with the balance it left behind.
struct ledger_entry {
  transaction_id id;
  user_id user;
  transaction_kind kind{transaction_kind::charge};
  points amount;         ///< negative for use; 0 for the payment of a free seat
  points balance_after;  ///< never negative
  payment_id reference;  ///< none for a charge
  time_point at{};
};

/// Why points are refused, in order of precedence.
enum class point_refusal : std::uint8_t {
  none,
  amount_out_of_range,
  balance_limit_exceeded,
  insufficient_points,
  undone_before,  ///< the debit's refund arrived first: it may never run (tombstone)
};

/// The whole answer to a charge, debit or refund; what the store keeps for a retry.
struct point_outcome {
  point_refusal refusal{point_refusal::none};
  transaction_id transaction;     ///< none when nothing was written to the ledger
  points amount;                  ///< of the ledger entry
  points balance;                 ///< after it; at the refusal otherwise
  points required;                ///< insufficient_points
  points amount_min, amount_max;  ///< amount_out_of_range
};

enum class point_step : std::uint8_t { debit, refund };

/// What the account answered to one step of one payment.
struct remembered_step {
  payment_id payment;
  point_step step{point_step::debit};
  point_outcome answer;
};

/// What an account is bound to.
struct account_rules {
  points charge_min{limits::charge_points_min};
  points charge_max{limits::charge_points_default};
  points balance_max{limits::balance_points_max};
  std::size_t steps_max{limits::account_steps_max};  ///< newest answers kept in memory
};

/// The points of one user: decides every charge, debit and refund, and remembers what it answered
/// to the newest payments.
///
/// Correct use: `decide_…` changes nothing. Hand the decision to the store's committer, and `apply`
/// it when it was taken: later decisions then build on it before it is durable. When a commit
/// fails, throw the object away and make a new one from the store. **Owner**: the user's account
/// actor.
class account {
 public:
  /// `decided`: new, to be written if it has an entry or a step, or its caller a key. `repeated`:
  /// the first answer to this step, write nothing.
  enum class novelty : std::uint8_t { decided, repeated };
  struct decision {
    novelty kind{novelty::decided};
    point_outcome outcome;
    std::optional<ledger_entry> entry;
    std::optional<remembered_step> step;
  };

  /// From the store: the balance and the newest answers. Of payments younger than `complete_from`
  /// (see `age_of`) all answers are among them; 0 when there are no others.
  account(user_id user, account_rules rules, points balance, std::vector<remembered_step> steps,
          std::uint64_t complete_from);

  /// **Rejects** amount_out_of_range, balance_limit_exceeded. `id` names the ledger entry, if any.
  [[nodiscard]] decision decide_charge(points amount, transaction_id id, time_point now) const;

  /// **Rejects** amount_out_of_range (negative; nothing is remembered), undone_before when the
  /// refund was first, insufficient_points. The last two are remembered: the same payment is
  /// refused again even when the balance would now do. **Requires** knows(payment,
  /// point_step::debit).
  [[nodiscard]] decision decide_debit(payment_id payment, points amount, transaction_id id,
                                      time_point now) const;

  /// Gives back what the debit of `payment` took. Nothing when it was refused or has not run; it
  /// will then never run. Never refused, also above the balance limit.
  /// **Requires** knows(payment, point_step::refund).
  [[nodiscard]] decision decide_refund(payment_id payment, transaction_id id, time_point now) const;

  void apply(const decision& d);

  /// Whether memory alone can decide this step. If not, `recall` both steps of the payment first.
  [[nodiscard]] bool knows(payment_id payment, point_step step) const;
  /// What the store says about a payment that memory has forgotten; holds until `forget_recalled`.
  /// **Requires** that everything applied so far is committed, or void.
  void recall(payment_id payment, std::vector<remembered_step> found);
  void forget_recalled();

  [[nodiscard]] points balance() const { return balance_; }
  [[nodiscard]] const user_id& user() const { return user_; }
  [[nodiscard]] std::size_t remembered() const { return steps_.size(); }

 private:
  [[nodiscard]] const remembered_step* find(payment_id payment, point_step step) const;
  [[nodiscard]] decision change(transaction_kind kind, points amount, payment_id reference,
                                transaction_id id, time_point now) const;
  [[nodiscard]] decision refuse(point_refusal why) const;
  void remember(const remembered_step& step);

  user_id user_;
  account_rules rules_;
  points balance_;
  std::vector<remembered_step> steps_;  // by age and step; at most twice steps_max
  std::uint64_t forgotten_to_;          // of payments with a greater age everything is in steps_
  payment_id recalled_;
  std::vector<remembered_step> recalled_steps_;
};

}  // namespace boxoffice
