#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>

#include "actors/core/ids.hpp"
#include "actors/core/money.hpp"
#include "actors/core/time.hpp"

namespace boxoffice {

enum class transaction_kind : std::uint8_t { charge, use, refund };

/// One row of the ledger: append-only, with the balance it left behind.
struct ledger_entry {
  transaction_id id;
  user_id user;
  transaction_kind kind{transaction_kind::charge};
  points amount;         ///< negative for use
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
  transaction_id transaction;  ///< none when nothing was written to the ledger
  points amount;               ///< of the ledger entry
  points balance;              ///< after it; at the refusal otherwise
  points required;             ///< insufficient_points
  points amount_min, amount_max;  ///< amount_out_of_range
};

enum class point_step : std::uint8_t { debit, refund };

/// What the account answered to one step of one payment.
struct remembered_step {
  payment_id payment;
  point_step step{point_step::debit};
  point_outcome answer;
};

}  // namespace boxoffice
