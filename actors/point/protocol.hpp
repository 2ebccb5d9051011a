#pragma once

#include "actors/caf/actor.hpp"
#include "actors/caf/values.hpp"
#include "actors/core/fault.hpp"
#include "actors/core/idempotency.hpp"
#include "actors/point/account.hpp"

#include <cstdint>
#include <vector>

namespace boxoffice {

/// Adds points. **Rejects** amount_out_of_range, balance_limit_exceeded.
struct charge_points {
  std::uint64_t ticket{0};
  request_key key;
  user_id user;
  points amount;
};

struct charge_reply {
  std::uint64_t ticket{0};
  boxoffice::fault fault{fault::none};
  key_verdict key{key_verdict::fresh};
  point_outcome outcome;
};

struct read_balance {
  std::uint64_t ticket{0};
  user_id user;
};

struct balance_reply {
  std::uint64_t ticket{0};
  boxoffice::fault fault{fault::none};
  points balance;
};

struct list_transactions {
  std::uint64_t ticket{0};
  user_id user;
  std::uint64_t cursor{0};
  std::uint32_t limit{50};
};

struct transactions_reply {
  std::uint64_t ticket{0};
  boxoffice::fault fault{fault::none};
  std::vector<ledger_entry> items;
  std::uint64_t next{0};
};

// From the payment saga. Each may be sent any number of times: the business key is the payment.

/// Takes points. **Rejects** insufficient_points; undone_before when the refund came first.
struct debit_points {
  std::uint64_t ticket{0};
  payment_id payment;
  user_id user;
  points amount;
};

/// Gives back what the debit of this payment took: nothing when it never ran or was refused, and
/// then leaves a tombstone that refuses the late debit.
struct refund_points {
  std::uint64_t ticket{0};
  payment_id payment;
  user_id user;
};

/// Answers both. A refund is never refused.
struct point_step_reply {
  std::uint64_t ticket{0};
  boxoffice::fault fault{fault::none};
  payment_id payment;
  point_step step{point_step::debit};
  point_outcome outcome;
};

/// Front of the point service for a range of shards: keys, accounts woken lazily, reads.
using point_service_actor =
    accepts<charge_points, read_balance, list_transactions, debit_points, refund_points>;

template <class Inspector>
auto inspect(Inspector& f, ledger_entry& v) {
  return fields(f, v.id, v.user, v.kind, v.amount, v.balance_after, v.reference, v.at);
}
template <class Inspector>
auto inspect(Inspector& f, point_outcome& v) {
  return fields(f, v.refusal, v.transaction, v.amount, v.balance, v.required, v.amount_min,
                v.amount_max);
}
template <class Inspector>
auto inspect(Inspector& f, charge_points& m) {
  return fields(f, m.ticket, m.key, m.user, m.amount);
}
template <class Inspector>
auto inspect(Inspector& f, charge_reply& m) {
  return fields(f, m.ticket, m.fault, m.key, m.outcome);
}
template <class Inspector>
auto inspect(Inspector& f, read_balance& m) {
  return fields(f, m.ticket, m.user);
}
template <class Inspector>
auto inspect(Inspector& f, balance_reply& m) {
  return fields(f, m.ticket, m.fault, m.balance);
}
template <class Inspector>
auto inspect(Inspector& f, list_transactions& m) {
  return fields(f, m.ticket, m.user, m.cursor, m.limit);
}
template <class Inspector>
auto inspect(Inspector& f, transactions_reply& m) {
  return fields(f, m.ticket, m.fault, m.items, m.next);
}
template <class Inspector>
auto inspect(Inspector& f, debit_points& m) {
  return fields(f, m.ticket, m.payment, m.user, m.amount);
}
template <class Inspector>
auto inspect(Inspector& f, refund_points& m) {
  return fields(f, m.ticket, m.payment, m.user);
}
template <class Inspector>
auto inspect(Inspector& f, point_step_reply& m) {
  return fields(f, m.ticket, m.fault, m.payment, m.step, m.outcome);
}

}  // namespace boxoffice
