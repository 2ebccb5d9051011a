#include "storage/account_steps.hpp"
#include "storage/encoding/outcomes.hpp"
#include "storage/sql/point_reader.hpp"
#include "storage/sqlite/dialect.hpp"
#include "storage/sqlite/key_writer.hpp"
#include "storage/sqlite/migrations/migrate.hpp"
#include "storage/sqlite/stores.hpp"

namespace boxoffice {
namespace {

using namespace sqlite;  // NOLINT(google-build-using-namespace): the folder's own

// The numbers stand in the schema.
static_assert(static_cast<int>(transaction_kind::charge) == 0);
static_assert(static_cast<int>(transaction_kind::use) == 1);
static_assert(static_cast<int>(transaction_kind::refund) == 2);
static_assert(static_cast<int>(point_step::refund) == 1);

/// Besides what the schema refuses, an entry must continue the balance that is stored: balance
/// before + amount = balance_after.
class sqlite_point_store final : public owned<point_store> {
 public:
  explicit sqlite_point_store(std::shared_ptr<database_file> file)
      : owned_port{std::move(file), storage::newest_in_point} {}

  commit_result commit(std::span<const point_write> batch) override {
    return db_.in_transaction([&] {
      for (const auto& write : batch) {
        if (write.entry) append(*write.entry);
        if (write.step) {
          const auto& s = *write.step;
          const auto answer = encoding::encode(s.answer);
          step_.run(s.payment, s.step, write.user, age_of(s.payment), blob{answer});
        }
        if (write.key.present() && write.answer)
          keys_.remember(write.key, encoding::encode(*write.answer), write.at);
      }
    });
  }

  std::size_t prune_keys(time_point before, std::size_t limit) override {
    return pruner_.prune(before, limit);
  }

 private:
  void append(const ledger_entry& e) {
    if (balance_.run(e.balance_after, e.user, e.amount) == 0) {
      expect(e.amount == e.balance_after, "an entry continues the balance before it");
      account_.run(e.user, e.balance_after);
    }
    entry_.run(e.id, e.user, e.kind, e.amount, e.balance_after, e.reference, e.at);
  }

  statement balance_{db_.database(), R"(
    UPDATE account SET balance = ?1 WHERE user = ?2 AND balance + ?3 = ?1)"};
  statement account_{db_.database(), "INSERT INTO account (user, balance) VALUES (?, ?)"};
  statement entry_{db_.database(), R"(
    INSERT INTO ledger (id, user, kind, amount, balance_after, reference, at)
    VALUES (?, ?, ?, ?, ?, ?, ?))"};
  statement step_{db_.database(), R"(
    INSERT INTO step (payment, step, user, age, answer) VALUES (?, ?, ?, ?, ?))"};
  key_writer keys_{db_.database()};
  sql::key_pruner<dialect> pruner_{db_};
};

class sqlite_point_reader final : public sql::sql_point_reader<dialect> {
 public:
  using sql_point_reader::sql_point_reader;

  std::vector<std::optional<account_state>> load_accounts(std::span<const user_id> users,
                                                          std::size_t steps_max) override {
    return db_.read([&] {
      std::vector<std::optional<account_state>> found;
      found.reserve(users.size());
      for (const auto& user : users) {
        auto& state = found.emplace_back(account_state{});
        if (!storage::readable([&] { state = load(user, steps_max); })) state.reset();
      }
      return found;
    });
  }

 private:
  account_state load(const user_id& user, std::size_t steps_max) {
    account_state state;
    state.balance =
        balance_.first([](row& r) { return r.next<points>(); }, user).value_or(points{});
    steps_.each([&](row& r) { state.steps.push_back(read_step(r)); }, user, steps_max + 1);
    storage::drop_incomplete(state, steps_max);
    return state;
  }

  statement balance_{db_.database(), "SELECT balance FROM account WHERE user = ?"};
  statement steps_{db_.database(), R"(
    SELECT payment, step, answer FROM step WHERE user = ? ORDER BY age DESC LIMIT ?)"};
};

}  // namespace

point_storage open_point_storage(const std::filesystem::path& file, const storage_tuning& how) {
  migrate(file, point_schema);
  const auto shared = std::make_shared<database_file>(file, how.log_pages_max);
  point_storage opened;
  translated([&] {
    opened.store = std::make_unique<sqlite_point_store>(shared);
    opened.reader = std::make_unique<sqlite_point_reader>(shared);
  });
  opened.file = shared;
  return opened;
}

}  // namespace boxoffice
