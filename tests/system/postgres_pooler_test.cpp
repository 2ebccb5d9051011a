// A PgBouncer between the server and its databases: with sessions of its own it works, and where
// transactions share sessions it does not start.
#include "tests/rush/audit_run.hpp"
#include "tests/servers/test_servers.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/running_server.hpp"
#include "tests/system/visitor.hpp"

#include <string>

#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

class PostgresPooler : public testing::Test {
 protected:
  std::string address() const { return "127.0.0.1:" + std::to_string(servers_.pooler_port()); }

  static void buy(running_server& server, const std::string& who) {
    visitor admin{server.url(), "admin1", "admin"};
    const auto concert = admin.open_concert();
    const auto schedule = admin.open_schedule(concert, schedule_on_sale(1, 4));
    visitor buyer{server.url(), who};
    ASSERT_EQ(buyer.join(concert).status, 201);
    ASSERT_EQ(buyer.charge(10'000).status, 201);
    const auto held = buyer.hold(schedule, {{"seats", {"A-1", "A-2"}}});
    ASSERT_EQ(held.status, 201) << held.body;
    const auto paid = buyer.pay(held.value().at("reservationId"));
    ASSERT_EQ(paid.status, 201) << paid.body;
    EXPECT_EQ(buyer.refund(paid.value().at("paymentId")).status, 201);
  }

  test::own_servers servers_{"postgres pooler"};
  rush::postgres_databases databases_{servers_.postgres_url()};
};

TEST_F(PostgresPooler, WithSessionsOfOurOwnIsAsGoodAsNone) {
  running_server server{databases_, address()};
  buy(server, "ann");
  servers_.kill_pooler();
  servers_.start();
  visitor ann{server.url(), "ann"};
  EXPECT_TRUE(eventually([&] { return ann.get("/readyz").status == 200; }));
  buy(server, "bob");
  EXPECT_EQ(server.process().stop(), 0);
  server.start();
  buy(server, "cleo");
  EXPECT_TRUE(eventually(
      [&] { return rush::audit(server_binary(), server.data_dir(), {"--drained"}).code == 0; }));
}

TEST_F(PostgresPooler, ThatSharesSessionsIsRefused) {
  for (const std::string mode : {"transaction", "statement"}) {
    SCOPED_TRACE(mode);
    servers_.pool(mode);
    try {
      const running_server server{databases_, address()};
      ADD_FAILURE() << "it started";
    } catch (const std::runtime_error& ended) {
      EXPECT_NE(std::string{ended.what()}.find("pool_mode = session"), std::string::npos)
          << ended.what();
    }
  }
  servers_.pool("session");
  running_server server{databases_, address()};
  buy(server, "ann");
}

}  // namespace
}  // namespace boxoffice::system_test
