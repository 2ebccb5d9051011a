#pragma once

#include "actors/caf/actor.hpp"
#include "actors/caf/message.hpp"
#include "actors/core/call_context.hpp"
#include "actors/core/fault.hpp"
#include "actors/durable/journal.hpp"
#include "actors/point/account.hpp"
#include "actors/point/point_store.hpp"

#include <cstdint>
#include <vector>

#include <caf/actor.hpp>

namespace boxoffice {

// Between the point service and its accounts; they never leave the process.

enum class account_task : std::uint8_t { charge, debit, refund, read };

/// A client's command on its way through service, account and commit.
struct account_command {
  account_task task{account_task::charge};
  user_id user;
  std::uint32_t memory{0};       ///< of the service, when the command came (recovery::number)
  std::uint32_t slot{0};         ///< the service's place for this account
  std::uint64_t entity{0};       ///< of the account that has it
  std::uint64_t correlation{0};  ///< the client's
  request_key key;
  payment_id payment;
  points amount;
  time_point at{};
  caf::actor from;
  call_context call{};
};

enum class command_end : std::uint8_t {
  written,      ///< decided, and durable when the service sees it
  answered,     ///< nothing to write: a repeat, or a refusal nobody has a key to
  look_up,      ///< not ended: the account needs the store's word on the payment
  overloaded,   ///< the committer is full; nothing changed
  revoked,      ///< what its account knew is void; nothing changed
  unavailable,  ///< the store cannot be read; nothing changed
};

/// What became of a command, to be told once everything it saw is durable.
struct account_result {
  account_command command;
  command_end end{command_end::written};
  point_outcome outcome;
};

/// The writes of the accounts that are on their way, shared by all of them.
using point_journal = journal<point_write, account_result>;

/// Both steps of a payment as the store has them, asked for by `look_up`.
struct steps_found {
  boxoffice::fault fault{fault::none};
  payment_id payment;
  time_point at{};
  std::vector<remembered_step> steps;
};

/// From an account whose handler failed: what it had to do is not known to be done.
struct account_failed {
  std::uint32_t slot{0};
  std::uint64_t entity{0};
};

/// The last message an account gets: what it could not decide is revoked.
struct end_account {};

using account_actor = accepts<account_command, steps_found, end_account>;
/// What an account may tell its service.
using account_owner_actor = accepts<account_result, account_failed>;

}  // namespace boxoffice
