// `boxoffice audit` as a role that may only read, beside a server in a rush and after it.
#include "tests/rush/audit_run.hpp"
#include "tests/servers/test_servers.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/running_server.hpp"

#include <array>
#include <fstream>
#include <pqxx/pqxx>
#include <string>

#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

constexpr std::array audited_services{"concert", "reservation", "point", "payment"};

void run_sql(const std::string& url, const std::string& sql) {
  pqxx::connection db{url};
  pqxx::nontransaction{db}.exec(sql);
}

TEST(PostgresAudit, NeedsNoMoreThanToRead) {
  const test::own_servers real{"postgres"};
  const rush::postgres_databases databases{real.postgres_url()};
  running_server server{databases};
  // A data directory of its own with links to the file that is not in PostgreSQL, and settings in
  // which the auditor logs in.
  run_sql(real.postgres_url(), "CREATE ROLE auditor LOGIN");
  const rush::scratch_directory desk{"boxoffice-auditor"};
  const auto data_dir = desk.path() / "data";
  std::filesystem::create_directory_symlink(server.data_dir(), data_dir);
  std::ofstream settings{rush::settings_beside(data_dir)};
  settings << "[store]\nkind = \"postgres\"\n";
  for (const std::string each : audited_services) {
    auto url = databases.url(each);
    run_sql(url, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO auditor");
    url.replace(url.find("boxoffice@"), std::string{"boxoffice"}.size(), "auditor");
    EXPECT_THROW(run_sql(url, "UPDATE owner SET epoch = epoch + 1"), pqxx::sql_error);
    settings << "[store." << each << "]\nurl = \"" << url << "\"\n";
  }
  settings.close();
  const auto audited = [&](const std::vector<std::string>& more = {}) {
    return rush::audit(server_binary(), data_dir, more);
  };

  rush_on rush{server,
               {.seats = 100, .waiting_room = std::nullopt, .hold = std::chrono::seconds{3}},
               {.buyers = 200, .how = {.refund = 0.2}, .seed = announced_seed(5)}};
  rush::audit_run midway;
  rush.at(300, [&] { midway = audited(); });
  rush.finish();
  EXPECT_EQ(midway.faults(), "");
  EXPECT_TRUE(midway.report.is_object() && midway.report.at("counts").at("reservations") > 0)
      << midway.report.dump();
  EXPECT_TRUE(eventually([&] { return audited({"--drained"}).code == 0; }))
      << audited({"--drained"}).faults();
  EXPECT_EQ(rush.measured().server_errors(), 0U) << "the server does not notice";

  // That it reads what is there: one row more than there should be.
  run_sql(databases.url("point"),
          "UPDATE account SET balance = balance + 1 WHERE user_id ="
          " (SELECT user_id FROM ledger ORDER BY id DESC LIMIT 1)");
  EXPECT_NE(audited().faults().find("ledger_sum"), std::string::npos);
}

}  // namespace
}  // namespace boxoffice::system_test
