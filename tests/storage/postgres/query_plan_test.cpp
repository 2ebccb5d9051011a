// Every statement that a store or reader on PostgreSQL prepares, explained by the server on tables
// that are large enough for a scan to be a mistake.
#include "storage/postgres/connection.hpp"
#include "storage/postgres/stores.hpp"
#include "tests/servers/test_servers.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace boxoffice::test {
namespace {

using nlohmann::json;

/// A table that may be read whole, and why.
struct exception {
  std::string_view table, statement, why;
};
constexpr std::array may_scan{
    exception{"concert", "FROM concert", "the catalogue is loaded whole at the start"},
    exception{"schedule", "FROM schedule", "the catalogue is loaded whole at the start"},
    exception{"section", "FROM section ORDER BY", "the catalogue is loaded whole at the start"},
    exception{"consumer", "", "a row for each kind of consumer: three"},
    exception{"outbox_counter", "", "one row"},
    exception{"outbox_pruned", "", "one row"},
    exception{"owner", "", "one row"},
    exception{"payment", "WITH parked_here", "reads every payment once, to fill a board"},
    exception{"parked_event", "WITH parked_here", "a third of what is parked, beside the above"},
    exception{"parked_event", "WHERE consumer = $1 GROUP BY", "counts a third of what is parked"},
    exception{"parked_event", "SELECT DISTINCT sequence FROM parked_event",
              "a page for an operator, taken for a tenth of what is parked"},
};
/// Indexes that hold just the rows that are wanted, so that walking them is no scan.
constexpr std::array partial_indexes{"reservation_held", "payment_open", "payment_unusual"};

/// What the plan reads without knowing where, in the words of `EXPLAIN`.
class plan_reading {
 public:
  plan_reading(std::string_view sql, const json& plan) : sql_{sql} { look(plan, within::nothing); }
  [[nodiscard]] const std::string& scans() const { return scans_; }

 private:
  enum class within : bool { nothing, limit };

  void look(const json& node, within what) {
    const auto type = node.at("Node Type").get<std::string>();
    const auto table = node.value("Relation Name", std::string{});
    const auto index = node.value("Index Name", std::string{});
    if (type == "Seq Scan" && !may_be_scanned(table)) scans_ += "Seq Scan on " + table + "\n";
    // Without a condition an index is walked from its end, which only a LIMIT makes harmless.
    const bool whole_index = type.starts_with("Index") && !node.contains("Index Cond");
    if (whole_index && what == within::nothing && !may_be_scanned(table) &&
        std::ranges::find(partial_indexes, index) == partial_indexes.end())
      scans_ += "all of " + index + "\n";
    const auto below = type == "Limit" ? within::limit : what;
    for (const auto& child : node.value("Plans", json::array()))
      look(child, below);
  }
  [[nodiscard]] bool may_be_scanned(std::string_view table) const {
    return std::ranges::any_of(may_scan, [&](const exception& e) {
      return e.table == table && sql_.find(e.statement) != sql_.npos;
    });
  }

  std::string_view sql_;
  std::string scans_;
};

/// A database of one service, with rows in it.
template <class Storage, Storage (*Open)(const postgres_database&)>
class filled {
 public:
  explicit filled(const std::string& rows) {
    admin_->open();
    admin_->run(rows);
    admin_->run("VACUUM ANALYZE");
    admin_->run("SET plan_cache_mode = force_generic_plan");
  }
  void change(const std::string& sql) { admin_->run(sql); }

  /// The statements whose plans scan, with what they scan. **Requires** that there are at least so
  /// many statements: a store that makes none would pass.
  std::string scanning(std::size_t statements_min) {
    const auto all = at_->statements();
    EXPECT_GE(all.size(), statements_min);
    std::string found;
    const bool has_fence = admin_->run("SELECT to_regproc('fence')").text(0, 0).has_value();
    for (const auto& sql : all) {
      // Concert writes by hand, without the fence of a batch; its connection knows the text.
      if (!has_fence && sql.find("fence(") != sql.npos) continue;
      const auto plan = plan_of(sql);
      if (const plan_reading reading{sql, plan}; !reading.scans().empty())
        found += reading.scans() + sql + "\n" + plan.dump(2) + "\n";
    }
    return found;
  }

 private:
  json plan_of(const std::string& sql) {
    admin_->run("PREPARE one AS " + sql);
    const auto count = admin_->run(
        "SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = 'one'");
    std::string values;
    for (auto n = std::stoi(std::string{count.text(0, 0).value()}); n > 0; --n)
      values += values.empty() ? "(NULL" : ", NULL";
    if (!values.empty()) values += ')';
    const auto said = admin_->run("EXPLAIN (FORMAT JSON, COSTS OFF) EXECUTE one" + values);
    admin_->run("DEALLOCATE one");
    return json::parse(said.text(0, 0).value()).at(0).at("Plan");
  }

  test_database database_;
  postgres_database at_ = postgres_at(database_.url());
  Storage storage_{Open(at_)};
  std::unique_ptr<postgres::link> admin_ = at_->new_link(postgres::purpose::upkeep);
};

using concerts = filled<postgres_concert, open_postgres_concert>;
using reservations = filled<postgres_reservation, open_postgres_reservation>;
using point_accounts = filled<postgres_point, open_postgres_point>;
using payments = filled<postgres_payment, open_postgres_payment>;

constexpr auto keys = R"(
INSERT INTO remembered_key (scope_high, scope_low, body_high, body_low, answer, at)
  SELECT n * 7919, n, n, n, '\x00', n FROM generate_series(1, 50000) n;
)";

constexpr auto concert_rows = R"(
INSERT INTO concert SELECT n, 'title', 'artist', NULL, false, 0, 0 FROM generate_series(1, 5000) n;
INSERT INTO schedule SELECT n, 1 + n % 5000, 3, 1, 2, 'venue', 300, 4
  FROM generate_series(1, 20000) n;
INSERT INTO section SELECT n, p, 'S' || p, 10, 10, 1000
  FROM generate_series(1, 20000) n, generate_series(0, 2) p;
)";

// 200 schedules; of each 250 reservations some are held and most are confirmed.
const std::string reservation_rows = std::string{R"(
INSERT INTO reservation (schedule, id, concert, user_id, seats, amount, status, held_at,
    expires_at, payment, reverted)
  SELECT s, n * 1000 + s, 1, 'u' || (s * n % 5000), '\x00', 1000,
    CASE WHEN n % 50 = 0 THEN 0 WHEN n % 5 = 0 THEN 3 ELSE 1 END, n, n + 1, 7, 0
  FROM generate_series(1, 200) s, generate_series(1, 250) n;
INSERT INTO seat_claim SELECT schedule, id / 1000, id FROM reservation WHERE status IN (0, 1);
)"} + keys;

const std::string point_rows = std::string{R"(
INSERT INTO account SELECT 'u' || n, 10 FROM generate_series(1, 10000) n;
INSERT INTO ledger SELECT n, 'u' || (1 + n % 10000), 1, 0, 10, n, n
  FROM generate_series(1, 100000) n;
INSERT INTO step SELECT n, 0, 'u' || (1 + n % 10000), n, '\x00' FROM generate_series(1, 100000) n;
)"} + keys;

// Most are completed; a few are under way, a few of each other end.
constexpr auto payment_rows = R"(
INSERT INTO payment SELECT (1::bigint << 56) + (n << 6) + n % 64, n, 1, 'u', 1000,
    CASE WHEN n % 100 = 0 THEN (n / 100) % 10 ELSE 2 END, 0, '', 0, false, 1, 0, n, n, n, n, 0
  FROM generate_series(1, 50000) n;
INSERT INTO outbox SELECT n, n, 0, n, 'u', n, 1, 1, 1000, 0, false, n, n
  FROM generate_series(1, 50000) n;
INSERT INTO consumer VALUES ('a', 50000), ('b', 49000), ('c', 50000);
INSERT INTO parked_event SELECT c, n % 100, n, n, 'no', 1
  FROM generate_series(1, 5000) n, unnest(ARRAY['a', 'b', 'c']) c;
INSERT INTO remembered_key (scope_high, scope_low, body_high, body_low, payment, answer, at)
  SELECT n * 7919, n, n, n, n, CASE WHEN n % 500 = 0 THEN NULL ELSE '\x00'::bytea END, n
  FROM generate_series(1, 50000) n;
)";

TEST(PostgresQueryPlan, ConcertStatementsReadWholeTablesOnlyAtTheStart) {
  EXPECT_EQ(concerts{concert_rows}.scanning(7), "");
}

TEST(PostgresQueryPlan, ReservationStatementsUseIndexes) {
  EXPECT_EQ(reservations{reservation_rows}.scanning(13), "");
}

TEST(PostgresQueryPlan, PointStatementsUseIndexes) {
  EXPECT_EQ(point_accounts{point_rows}.scanning(10), "");
}

TEST(PostgresQueryPlan, PaymentStatementsUseIndexes) {
  EXPECT_EQ(payments{payment_rows}.scanning(24), "");
}

TEST(PostgresQueryPlan, AMissingIndexIsFound) {
  payments all{payment_rows};
  all.change("DROP INDEX payment_by_reservation; DROP INDEX payment_open");
  const auto found = all.scanning(24);
  EXPECT_NE(found.find("Seq Scan on payment"), std::string::npos);
  EXPECT_NE(found.find("state NOT IN (3, 5)"), std::string::npos) << found;
  EXPECT_NE(found.find("LEFT JOIN LATERAL"), std::string::npos) << found;
}

}  // namespace
}  // namespace boxoffice::test
