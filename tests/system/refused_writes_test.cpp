// A store refuses one user's writes for what is in them: everybody else's work goes on, and theirs
// too once the reason is gone (docs/PROMISES.md, G18).
#include "bench/rush/audit_run.hpp"
#include "tests/servers/test_servers.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/running_server.hpp"
#include "tests/system/visitor.hpp"

#include <pqxx/pqxx>
#include <string>
#include <tuple>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

/// Which table of a service gets the row that is refused.
std::string table_of(const std::string& service) {
  if (service == "point") return "ledger";
  if (service == "queue_ranking") return "queue_entry";
  return service;
}

const std::vector<std::string> services{"reservation", "point", "payment", "queue_ranking"};
const std::vector<std::string> kinds{"unique", "check", "foreign_key", "type", "raised"};

/// Makes the embedded store of a service refuse what `user` writes, as a rule of this kind would.
class embedded_rule {
 public:
  embedded_rule(running_server& server, const std::string& service, const std::string& kind)
      : db_{(server.data_dir() / (service + ".db")).string(), SQLite::OPEN_READWRITE, 5000} {
    db_.exec(
        "PRAGMA foreign_keys = ON;"
        "CREATE TABLE IF NOT EXISTS rule (one INTEGER PRIMARY KEY CHECK (one > 0),"
        "  other INTEGER REFERENCES rule (one)) STRICT;"
        "INSERT OR IGNORE INTO rule VALUES (1, NULL);");
    const std::string broken = kind == "unique"        ? "INSERT INTO rule VALUES (1, NULL);"
                               : kind == "check"       ? "INSERT INTO rule VALUES (0, NULL);"
                               : kind == "foreign_key" ? "INSERT INTO rule VALUES (7, 99);"
                               : kind == "type"        ? "INSERT INTO rule VALUES (8, 'x');"
                                                       : "SELECT RAISE(ABORT, 'not that one');";
    db_.exec("CREATE TRIGGER refuses BEFORE INSERT ON " + table_of(service) +
             " WHEN NEW.user = 'bad' BEGIN " + broken + " END;");
  }
  void lift() { db_.exec("DROP TRIGGER refuses"); }

 private:
  SQLite::Database db_;
};

/// The same in PostgreSQL.
class server_rule {
 public:
  server_rule(const rush::postgres_databases& at, const std::string& service,
              const std::string& kind)
      : to_{at.url(service)}, table_{table_of(service)} {
    const std::string code = kind == "unique"        ? "unique_violation"
                             : kind == "check"       ? "check_violation"
                             : kind == "foreign_key" ? "foreign_key_violation"
                             : kind == "type"        ? "invalid_text_representation"
                                                     : "string_data_right_truncation";
    run("CREATE FUNCTION refuse_bad() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF NEW.user_id = 'bad' THEN RAISE EXCEPTION 'not that one' USING ERRCODE = '" +
        code + "'; END IF; RETURN NEW; END $$;" + "CREATE TRIGGER refuses BEFORE INSERT ON " +
        table_ + " FOR EACH ROW EXECUTE FUNCTION refuse_bad()");
  }
  void lift() { run("DROP TRIGGER refuses ON " + table_); }

 private:
  void run(const std::string& sql) { pqxx::nontransaction{to_}.exec(sql); }

  pqxx::connection to_;
  const std::string table_;
};

/// Everything a buyer does, step by step.
class buyer {
 public:
  buyer(running_server& server, const std::string& name, std::string concert, std::string schedule)
      : who_{server.url(), name}, concert_{std::move(concert)}, schedule_{std::move(schedule)} {}

  /// Goes as far as the step that writes into the store of `service`; the answer to that one.
  plain_answer go_to(const std::string& service) {
    auto answer = who_.join(concert_);
    if (service == "queue_ranking" || answer.status >= 400) return answer;
    answer = who_.charge(10'000);
    if (service == "point" || answer.status >= 400) return answer;
    answer = who_.hold(schedule_, {{"bestAvailable", {{"count", 1}}}});
    if (service == "reservation" || answer.status >= 400) return answer;
    return who_.pay(answer.value().at("reservationId"));
  }

 private:
  visitor who_;
  std::string concert_, schedule_;
};

template <class Rule>
void expect_one_stops(running_server& server, const std::string& service, Rule make_rule) {
  visitor admin{server.url(), "admin1", "admin"};
  const auto concert = admin.open_concert();
  const auto schedule = admin.open_schedule(concert, schedule_on_sale(10, 10));
  auto rule = make_rule();
  buyer bad{server, "bad", concert, schedule};
  const auto refused = bad.go_to(service);
  EXPECT_EQ(faults_of_problem(refused, 500, "internal"), "") << refused.status << refused.body;
  for (int i = 0; i < 10; ++i) {
    buyer good{server, "good" + std::to_string(i), concert, schedule};
    const auto sold = good.go_to("payment");
    EXPECT_EQ(sold.status, 201) << sold.body;
    if (i % 5 == 0) {  // four seats are the most that a user may have
      EXPECT_EQ(bad.go_to(service).status, 500);
    }
  }
  EXPECT_EQ(admin.get("/readyz").status, 200) << "a refusal is no trouble of the store";
  rule.lift();
  const auto done = bad.go_to("payment");
  EXPECT_EQ(done.status, 201) << done.body;
  EXPECT_TRUE(eventually([&] {
    return rush::audit(server_binary(), server.data_dir(), {"--drained"}).code == 0;
  })) << rush::audit(server_binary(), server.data_dir(), {"--drained"}).faults();
}

class RefusedWrites : public testing::TestWithParam<std::tuple<std::string, std::string>> {};

TEST_P(RefusedWrites, StopOneUser) {
  const auto& [service, kind] = GetParam();
  running_server server;
  expect_one_stops(server, service, [&] { return embedded_rule{server, service, kind}; });
}
INSTANTIATE_TEST_SUITE_P(Matrix, RefusedWrites,
                         testing::Combine(testing::ValuesIn(services), testing::ValuesIn(kinds)));

class PostgresRefusedWrites : public testing::TestWithParam<std::tuple<std::string, std::string>> {
};

TEST_P(PostgresRefusedWrites, StopOneUser) {
  const auto& [service, kind] = GetParam();
  const rush::postgres_databases at{test::postgres_server_url()};
  running_server server{at};
  expect_one_stops(server, service, [&] { return server_rule{at, service, kind}; });
}
INSTANTIATE_TEST_SUITE_P(Matrix, PostgresRefusedWrites,
                         testing::Combine(testing::Values("reservation", "point", "payment"),
                                          testing::ValuesIn(kinds)));

}  // namespace
}  // namespace boxoffice::system_test
