#pragma once

#include "actors/caf/actor.hpp"
#include "actors/caf/values.hpp"
#include "actors/commit/commit.hpp"
#include "actors/point/account_messages.hpp"
#include "actors/point/protocol.hpp"

#include <cstdint>
#include <vector>

#include <caf/actor.hpp>

namespace boxoffice {

// What the jobs of a point desk send it when they are done.

/// Behind the commands that have come by now: what they wait for is loaded in one go.
struct load_accounts {};

/// The state of an account, for the slot that waits for it.
struct account_loaded {
  boxoffice::fault fault{fault::none};
  std::uint32_t slot{0};
  points balance;
  std::uint64_t complete_from{0};
  std::vector<remembered_step> steps;
};

struct accounts_loaded {
  boxoffice::fault fault{fault::none};  ///< of all of them
  std::uint32_t generation{0};
  std::vector<account_loaded> accounts;
};

/// What the store has for the key of a charge that is not surely new.
struct charge_key_read {
  boxoffice::fault fault{fault::none};
  enum class outcome : std::uint8_t { absent, present } found{outcome::absent};
  digest body;
  point_outcome answer;
  std::uint32_t generation{0};
  charge_points command;
  caf::actor from;
};

/// What a desk has to know before it serves: at start, and after a commit that failed.
struct desk_memory_read {
  boxoffice::fault fault{fault::none};
  std::uint32_t generation{0};
  std::vector<digest> scopes;
  transaction_id last;
  /// Of the commands in doubt, in their order: whether each was done after all, and its answer.
  enum class doubt : std::uint8_t { not_done, done };
  std::vector<doubt> doubts;
  std::vector<point_outcome> answers;
};

struct point_keys_pruned {
  std::uint64_t rows{0};
};

struct point_desk_tick {};

using point_desk_internal_actor =
    accepts_also<point_desk_actor, account_result, load_accounts, accounts_loaded, charge_key_read,
                 steps_found, desk_memory_read, commit_report, point_keys_pruned, point_desk_tick>;

template <class Inspector>
auto inspect(Inspector& f, load_accounts&) {
  return fields(f);
}
template <class Inspector>
auto inspect(Inspector& f, account_loaded& m) {
  return fields(f, m.fault, m.slot, m.balance, m.complete_from, m.steps);
}
template <class Inspector>
auto inspect(Inspector& f, accounts_loaded& m) {
  return fields(f, m.fault, m.generation, m.accounts);
}
template <class Inspector>
auto inspect(Inspector& f, charge_key_read& m) {
  return fields(f, m.fault, m.found, m.body, m.answer, m.generation, m.command, m.from);
}
template <class Inspector>
auto inspect(Inspector& f, desk_memory_read& m) {
  return fields(f, m.fault, m.generation, m.scopes, m.last, m.doubts, m.answers);
}
template <class Inspector>
auto inspect(Inspector& f, point_keys_pruned& m) {
  return fields(f, m.rows);
}
template <class Inspector>
auto inspect(Inspector& f, point_desk_tick&) {
  return fields(f);
}

}  // namespace boxoffice
