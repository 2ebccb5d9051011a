#pragma once

#include "actors/commit/commit.hpp"
#include "actors/payment/payment_store.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace boxoffice::sql {

/// Deletes events that nobody needs any more, a bounded range of sequences at a time. It remembers
/// in the table `outbox_pruned` how far it came, so that it never walks over what is parked again.
template <class Dialect>
class outbox_pruner {
 public:
  explicit outbox_pruner(typename Dialect::writing_connection& db) : db_{db} {}

  /// As `payment_store::prune_outbox`, in a transaction of its own.
  std::size_t prune(const kept_times& kept, std::size_t limit,
                    const std::vector<std::string>& consumers) {
    std::size_t over = 0;
    const auto outcome =
        db_.in_transaction([&] { over = go_on(kept, limit, passed_by_all(consumers)); });
    return outcome == commit_outcome::committed ? over : 0;
  }

 private:
  using row = typename Dialect::row;
  using statement = typename Dialect::statement;

  // A consumer that has written no position is at the beginning.
  std::uint64_t passed_by_all(const std::vector<std::string>& consumers) {
    auto passed = consumers.empty() ? 0 : std::numeric_limits<std::uint64_t>::max() >> 1U;
    for (const auto& consumer : consumers)
      passed = std::min(passed, position_.first(number, consumer).value_or(0));
    return passed;
  }

  // The order of sequences is the order in which events happened, whatever a clock said: what
  // stands before an old one is old. The newest time that is gone is noted for the audit.
  std::size_t go_on(const kept_times& kept, std::size_t limit, std::uint64_t passed) {
    const auto from = through_.first(number).value_or(0);
    std::size_t looked_at = 0, over = 0;
    std::uint64_t through = from;
    time_point until{}, newest{};
    portion_.each(
        [&](row& r) {
          std::uint64_t sequence = 0;
          time_point at{};
          r.into(sequence, at);
          ++looked_at;
          if (at <= kept.to) newest = std::max(newest, at);
          if (kept.hold(at)) return;
          over = looked_at;
          through = sequence;
          until = newest;
        },
        from, passed, limit);
    if (over == 0) return 0;
    delete_.run(from, through);
    move_.run(through, until);
    return over;
  }

  static std::uint64_t number(row& r) { return r.template next<std::uint64_t>(); }

  typename Dialect::writing_connection& db_;
  statement position_{db_.database(), "SELECT sequence FROM consumer WHERE name = $1"};
  statement through_{db_.database(), "SELECT through FROM outbox_pruned"};
  statement portion_{db_.database(),
                     "SELECT sequence, occurred_at FROM outbox"
                     " WHERE sequence > $1 AND sequence <= $2 ORDER BY sequence LIMIT $3"};
  statement delete_{
      db_.database(),
      "DELETE FROM outbox WHERE sequence > $1 AND sequence <= $2"
      " AND NOT EXISTS (SELECT 1 FROM parked_event p WHERE p.sequence = outbox.sequence)"};
  statement move_{db_.database(), std::string{"UPDATE outbox_pruned SET through = $1, until = "} +
                                      Dialect::greatest + "(until, $2)"};
};

}  // namespace boxoffice::sql
