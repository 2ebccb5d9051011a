#pragma once

#include "actors/commit/commit.hpp"
#include "actors/commit/owned_store.hpp"
#include "actors/core/idempotency.hpp"
#include "actors/durable/key_page.hpp"
#include "actors/point/account.hpp"

#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace boxoffice {

/// One durable decision of an account: a ledger row with the new balance, the answer to a payment's
/// step, and the answer remembered for the key of a request; each only if set.
///
/// **Ensures** in the store: balance = balance_after of the user's newest ledger row, CHECK(balance
/// >= 0), UNIQUE(reference, kind) on the ledger, UNIQUE(payment, step), no update or delete of
/// ledger rows.
struct point_write {
  user_id user;
  std::optional<ledger_entry> entry;
  std::optional<remembered_step> step;
  request_key key;
  std::optional<point_outcome> answer;  ///< with a present key
  time_point at{};
};

struct remembered_point_answer {
  digest body;
  point_outcome answer;
};

/// **Thread**: the committer's.
class point_store : public owned_store {
 public:
  /// Applies the writes in order, in one transaction.
  virtual commit_result commit(std::span<const point_write> batch) = 0;
  virtual std::size_t prune_keys(time_point before, std::size_t limit) = 0;
};

/// Reads of committed state. **Thread**: the reader's. Throws when the store cannot be read.
class point_reader {
 public:
  virtual ~point_reader() = default;
  /// Balance of a user (0 when unknown) and the answers to the newest `steps_max` steps. When there
  /// are older ones, `complete_from` is the age (see `age_of`) of the oldest payment among those
  /// given: for payments older than that, ask `find_step`.
  struct account_state {
    points balance;
    std::vector<remembered_step> steps;
    std::uint64_t complete_from{0};
  };
  /// Those of `users`, in their order, all at one moment; empty for one of which what is stored
  /// cannot be understood.
  virtual std::vector<std::optional<account_state>> load_accounts(std::span<const user_id> users,
                                                                  std::size_t steps_max) = 0;
  std::optional<account_state> load_account(const user_id& user, std::size_t steps_max) {
    return std::move(load_accounts({&user, 1}, steps_max).front());
  }
  virtual std::optional<remembered_step> find_step(payment_id payment, point_step step) = 0;
  /// Newest first, ids below `cursor` (0: from the newest), at most `limit`.
  struct page {
    std::vector<ledger_entry> items;
    std::uint64_t next{0};
  };
  virtual page list(const user_id& user, std::uint64_t cursor, std::size_t limit) = 0;
  virtual std::optional<remembered_point_answer> find_key(const digest& scope) = 0;
  /// At most `limit` of the keys that are remembered, behind `cursor`; 0: from the youngest.
  virtual key_page key_scopes(std::int64_t cursor, std::size_t limit) = 0;
};

}  // namespace boxoffice
