#pragma once

#include "actors/caf/actor.hpp"
#include "actors/caf/values.hpp"
#include "actors/core/fault.hpp"
#include "actors/point/account.hpp"
#include "actors/point/protocol.hpp"

#include <cstdint>
#include <vector>

#include <caf/actor.hpp>

namespace boxoffice {

// Between a point desk and its accounts; they never leave the process.

enum class account_task : std::uint8_t { charge, debit, refund, read };

/// A client's command on its way through desk, account and commit.
struct account_command {
  account_task task{account_task::charge};
  std::uint32_t slot{0};        ///< the desk's place for this account
  std::uint32_t generation{0};  ///< of the desk's memory
  std::uint64_t ticket{0};      ///< the client's
  request_key key;
  payment_id payment;
  points amount;
  time_point at{};
  caf::actor from;
};

enum class command_end : std::uint8_t {
  written,      ///< decided, and durable when the desk sees it
  answered,     ///< nothing to write: a repeat, or a refusal nobody has a key to
  look_up,      ///< not ended: the account needs the store's word on the payment
  overloaded,   ///< the committer is full; nothing changed
  unavailable,  ///< its memory is void, or the store cannot be read; nothing changed
};

/// What became of a command, to be told once everything it saw is durable.
struct account_result {
  account_command command;
  command_end end{command_end::written};
  point_outcome outcome;
};

/// Both steps of a payment as the store has them, asked for by `look_up`.
struct steps_found {
  boxoffice::fault fault{fault::none};
  std::uint32_t slot{0};
  std::uint32_t generation{0};
  payment_id payment;
  time_point at{};
  std::vector<remembered_step> steps;
};

/// The last message an account gets: what it could not decide is void.
struct end_account {};

using account_actor = accepts<account_command, steps_found, end_account>;
/// What an account may tell its desk.
using account_owner_actor = accepts<account_result>;

template <class Inspector>
auto inspect(Inspector& f, remembered_step& v) {
  return fields(f, v.payment, v.step, v.answer);
}
template <class Inspector>
auto inspect(Inspector& f, account_command& m) {
  return fields(f, m.task, m.slot, m.generation, m.ticket, m.key, m.payment, m.amount, m.at,
                m.from);
}
template <class Inspector>
auto inspect(Inspector& f, account_result& m) {
  return fields(f, m.command, m.end, m.outcome);
}
template <class Inspector>
auto inspect(Inspector& f, steps_found& m) {
  return fields(f, m.fault, m.slot, m.generation, m.payment, m.at, m.steps);
}
template <class Inspector>
auto inspect(Inspector& f, end_account&) {
  return fields(f);
}

}  // namespace boxoffice
