#include "storage/account_steps.hpp"
#include "storage/encoding/outcomes.hpp"
#include "storage/postgres/dialect.hpp"
#include "storage/postgres/key_writer.hpp"
#include "storage/postgres/migrations/migrate.hpp"
#include "storage/postgres/stores.hpp"
#include "storage/sql/point_reader.hpp"

#include <algorithm>
#include <limits>
#include <unordered_map>

namespace boxoffice {
namespace {

using namespace postgres;  // NOLINT(google-build-using-namespace): the folder's own

// The numbers stand in the schema.
static_assert(static_cast<int>(transaction_kind::charge) == 0);
static_assert(static_cast<int>(transaction_kind::use) == 1);
static_assert(static_cast<int>(transaction_kind::refund) == 2);
static_assert(static_cast<int>(point_step::refund) == 1);

/// How a batch changes the balance of each user it has entries of.
class balance_changes {
 public:
  /// The entries of a user must continue each other.
  void add(const ledger_entry& e) {
    const auto before = points{e.balance_after.value - e.amount.value};
    const auto [at, first] = changes_.try_emplace(e.user.value, change{before, before});
    expect(at->second.after == before, "an entry continues the balance before it");
    at->second.after = e.balance_after;
  }
  [[nodiscard]] columns rows() const {
    // In one order, so that no two batches ever wait for each other.
    std::vector<const std::pair<const std::string, change>*> sorted;
    for (const auto& each : changes_)
      sorted.push_back(&each);
    std::ranges::sort(sorted, {}, [](const auto* each) { return each->first; });
    columns all{3};
    for (const auto* each : sorted)
      all.add(each->first, each->second.before, each->second.after);
    return all;
  }

 private:
  struct change {
    points before, after;
  };
  std::unordered_map<std::string, change> changes_;
};

/// Besides what the schema refuses, an entry must continue the balance that is stored: balance
/// before + amount = balance_after.
class postgres_point_store final : public owned<point_store> {
 public:
  explicit postgres_point_store(postgres_database at)
      : owned_port{std::move(at), storage::newest_in_point} {}

  commit_result commit(std::span<const point_write> batch) override {
    return db_.in_batch([&](postgres::batch& into) { write(batch, into); });
  }

  std::size_t prune_keys(time_point before, std::size_t limit) override {
    return pruner_.prune(before, limit);
  }

 private:
  void write(std::span<const point_write> batch, postgres::batch& into) {
    balance_changes balances;
    columns entries{7};
    columns steps{5};
    keys_.clear();
    for (const auto& write : batch) {
      if (write.entry) {
        const auto& e = *write.entry;
        balances.add(e);
        entries.add(e.id, e.user, e.kind, e.amount, e.balance_after, e.reference, e.at);
      }
      if (write.step) {
        const auto& s = *write.step;
        const auto answer = encoding::encode(s.answer);
        steps.add(s.payment, s.step, write.user, age_of(s.payment), bytes{answer});
      }
      if (write.key.present() && write.answer)
        keys_.add(write.key, encoding::encode(*write.answer), write.at);
    }
    if (!entries.empty()) {
      const auto changes = balances.rows();
      into.call(balances_, changes, changes.rows());
      into.call(entries_, entries);
    }
    if (!steps.empty()) into.call(steps_, steps);
    keys_.write(into);
  }

  // A user who is not there yet has nothing.
  batch_statement balances_{db_.database(), R"(
    WITH given AS (
      SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS g (user_id, before, after)
    ), changed AS (
      UPDATE account a SET balance = g.after FROM given g
      WHERE a.user_id = g.user_id AND a.balance = g.before
      RETURNING a.user_id
    ), opened AS (
      INSERT INTO account (user_id, balance)
      SELECT g.user_id, g.after FROM given g
      WHERE g.before = 0 AND NOT EXISTS (SELECT 1 FROM changed c WHERE c.user_id = g.user_id)
      RETURNING user_id
    )
    SELECT expect((SELECT count(*) FROM changed) + (SELECT count(*) FROM opened) = $4,
      'an entry continues the balance before it'))"};
  batch_statement entries_{db_.database(), R"(
    INSERT INTO ledger (id, user_id, kind, amount, balance_after, reference, at)
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::smallint[], $4::bigint[], $5::bigint[],
      $6::bigint[], $7::bigint[]))"};
  batch_statement steps_{db_.database(), R"(
    INSERT INTO step (payment, step, user_id, age, answer)
    SELECT * FROM unnest($1::bigint[], $2::smallint[], $3::text[], $4::bigint[], $5::bytea[]))"};
  key_writer keys_{db_.database()};
  sql::key_pruner<dialect> pruner_{db_};
};

class postgres_point_reader final : public sql::sql_point_reader<dialect> {
 public:
  using sql_point_reader::sql_point_reader;

  std::vector<std::optional<account_state>> load_accounts(std::span<const user_id> users,
                                                          std::size_t steps_max) override {
    columns names{1};
    for (const auto& user : users)
      names.add(user);
    return db_.read_once([&] {
      std::vector<std::optional<account_state>> found(users.size(), account_state{});
      accounts_.each(
          [&](row& r) {
            auto& state = found.at(r.next<std::size_t>());
            if (state && !storage::readable([&] { read_account(r, *state); })) state.reset();
          },
          names, steps_max + 1);
      for (auto& state : found)
        if (state) storage::drop_incomplete(*state, steps_max);
      return found;
    });
  }

 private:
  static void read_account(row& r, account_state& into) {
    into.balance = r.next<points>();
    if (!r.next_is_null()) into.steps.push_back(read_step(r));
  }

  // A row for each step, newest first, and one for a user without any.
  statement accounts_{db_.database(), R"(
    SELECT g.place - 1, coalesce(a.balance, 0), s.payment, s.step, s.answer
    FROM unnest($1::text[]) WITH ORDINALITY AS g (user_id, place)
    LEFT JOIN account a ON a.user_id = g.user_id
    LEFT JOIN LATERAL (SELECT payment, step, answer, age FROM step
      WHERE step.user_id = g.user_id ORDER BY age DESC LIMIT $2) s ON true
    ORDER BY g.place, s.age DESC)"};
};

}  // namespace

postgres_point open_postgres_point(const postgres_database& at) {
  migrate(*at, point_schema);
  return {std::make_unique<postgres_point_store>(at), std::make_unique<postgres_point_reader>(at)};
}

}  // namespace boxoffice
