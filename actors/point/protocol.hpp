#pragma once

#include "actors/caf/actor.hpp"
#include "actors/caf/message.hpp"
#include "actors/core/call_context.hpp"
#include "actors/core/fault.hpp"
#include "actors/core/idempotency.hpp"
#include "actors/durable/figures.hpp"
#include "actors/point/account.hpp"

#include <cstdint>
#include <vector>

namespace boxoffice {

/// Adds points. **Rejects** amount_out_of_range, balance_limit_exceeded.
struct charge_points {
  using reply = struct charge_reply;
  std::uint64_t correlation{0};
  request_key key;
  user_id user;
  points amount;
  call_context call{};
};

struct charge_reply {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  key_verdict key{key_verdict::fresh};
  point_outcome outcome;
};

struct read_balance {
  using reply = struct balance_reply;
  std::uint64_t correlation{0};
  user_id user;
  call_context call{};
};

struct balance_reply {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  points balance;
};

struct list_transactions {
  using reply = struct transactions_reply;
  std::uint64_t correlation{0};
  user_id user;
  std::uint64_t cursor{0};
  std::uint32_t limit{50};
  call_context call{};
};

struct transactions_reply {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  std::vector<ledger_entry> items;
  std::uint64_t next{0};
};

// From the payment saga. Each may be sent any number of times: the business key is the payment.

/// Takes points. **Rejects** insufficient_points; undone_before when the refund came first.
struct debit_points {
  using reply = struct point_step_reply;
  std::uint64_t correlation{0};
  payment_id payment;
  user_id user;
  points amount;
  call_context call{};
};

/// Gives back what the debit of this payment took: nothing when it never ran or was refused, and
/// then leaves a tombstone that refuses the late debit.
struct refund_points {
  using reply = struct point_step_reply;
  std::uint64_t correlation{0};
  payment_id payment;
  user_id user;
  call_context call{};
};

/// Answers both. A refund is never refused.
struct point_step_reply {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  payment_id payment;
  point_step step{point_step::debit};
  point_outcome outcome;
};

/// Front of the point service for a range of shards: keys, accounts woken lazily, reads.
using point_service_actor = accepts<charge_points, read_balance, list_transactions, debit_points,
                                    refund_points, read_figures>;

}  // namespace boxoffice
