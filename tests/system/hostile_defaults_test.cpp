// Whatever a database, a role or a server sets by default, a sale works on it.
#include "tests/rush/audit_run.hpp"
#include "tests/servers/test_servers.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/running_server.hpp"
#include "tests/system/visitor.hpp"

#include <cstdlib>
#include <iostream>
#include <pqxx/pqxx>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

// Buys, lists and refunds, in what is there and in what is new.
void sell(running_server& server, int round) {
  visitor admin{server.url(), "admin1", "admin"};
  const auto concert = admin.open_concert();
  const auto schedule = admin.open_schedule(concert, schedule_on_sale(1, 4));
  visitor ann{server.url(), "ann" + std::to_string(round)};
  ASSERT_EQ(ann.join(concert).status, 201);
  ASSERT_EQ(ann.charge(10'000).status, 201);
  const auto held = ann.hold(schedule, {{"seats", {"A-1", "A-2"}}});
  ASSERT_EQ(held.status, 201) << held.body;
  const auto paid = ann.pay(held.value().at("reservationId"));
  ASSERT_EQ(paid.status, 201) << paid.body;
  for (const std::string list : {"/v1/points/transactions", "/v1/reservations", "/v1/concerts",
                                 "/v1/rankings/best-selling?window=all"})
    EXPECT_EQ(ann.get(list).status, 200) << list;
  const auto back = ann.refund(paid.value().at("paymentId"));
  EXPECT_EQ(back.status, 201) << back.body;
}

void expect_works(running_server& server, int round) {
  sell(server, round);
  EXPECT_EQ(server.process().stop(), 0);
  server.start();
  sell(server, round + 1000);
  EXPECT_TRUE(eventually([&] {
    return rush::audit(server_binary(), server.data_dir(), {"--drained"}).code == 0;
  })) << rush::audit(server_binary(), server.data_dir(), {"--drained"}).faults();
  EXPECT_EQ(server.process().stop(), 0);
}

using setting = std::pair<std::string, std::string>;

// Each stands against something that our SQL or its answers rely on. Those of a group do not hide
// what another one does.
const std::vector<std::vector<setting>> postgres_defaults{
    {{"default_transaction_isolation", "serializable"},
     {"default_transaction_read_only", "on"},
     {"default_transaction_deferrable", "on"},
     {"client_encoding", "LATIN1"},
     {"standard_conforming_strings", "off"},
     {"backslash_quote", "on"},
     {"bytea_output", "escape"},
     {"datestyle", "'German'"},
     {"intervalstyle", "iso_8601"},
     {"timezone", "'Asia/Kathmandu'"},
     {"extra_float_digits", "-15"},
     {"array_nulls", "off"},
     {"search_path", "pg_catalog"},
     {"row_security", "off"}},
    {{"statement_timeout", "1"},
     {"lock_timeout", "1"},
     {"idle_in_transaction_session_timeout", "1"},
     {"idle_session_timeout", "200"},
     {"transform_null_equals", "on"},
     {"escape_string_warning", "on"},
     {"client_min_messages", "debug1"},
     {"quote_all_identifiers", "on"}},
    {{"default_transaction_isolation", "'repeatable read'"},
     {"search_path", "elsewhere"},
     {"synchronous_commit", "off"},
     {"enable_indexscan", "off"},
     {"enable_nestloop", "off"},
     {"plan_cache_mode", "force_custom_plan"},
     {"check_function_bodies", "off"}}};

const std::vector<std::string> redis_settings{
    "timeout 1",
    "tcp-keepalive 1",
    "appendonly no",
    "maxmemory-policy allkeys-lru",
    "hash-max-listpack-entries 0",
    "zset-max-listpack-entries 0",
    "notify-keyspace-events KEA",
    "lazyfree-lazy-user-del yes",
    "activerehashing no",
    "lua-time-limit 1",
    "client-query-buffer-limit 1048576",
};

// TEST_ALONE=1 in the environment sets each alone, which takes ten times as long as the groups.
std::vector<std::vector<setting>> set_together() {
  if (std::getenv("TEST_ALONE") == nullptr) return postgres_defaults;
  std::vector<std::vector<setting>> alone;
  for (const auto& group : postgres_defaults)
    for (const auto& each : group)
      alone.push_back({each});
  return alone;
}

// The second line of what CONFIG GET says.
std::string value_in(const std::string& said) {
  const auto begin = said.find('\n') + 1;
  return said.substr(begin, said.find('\n', begin) - begin);
}

TEST(PostgresHostileDefaults, DoNotChangeASale) {
  const auto run = [](const std::string& sql) {
    pqxx::connection to{test::postgres_server_url()};
    pqxx::nontransaction{to}.exec(sql);
  };
  int round = 0;
  for (const auto& settings : set_together()) {
    const auto name = settings.front().first + " = " + settings.front().second;
    SCOPED_TRACE(name);
    const rush::postgres_databases at{test::postgres_server_url()};
    for (const std::string service : {"concert", "reservation", "point", "payment"}) {
      const auto url = at.url(service);
      for (const auto& [key, value] : settings)
        run("ALTER DATABASE " + url.substr(url.rfind('/') + 1) + " SET " + key + " = " + value);
    }
    running_server server{at};  // which migrates
    expect_works(server, ++round);
    if (!HasFailure()) std::cout << "works: " << name << '\n';
  }
}

TEST(RedisHostileSettings, DoNotChangeASale) {
  const test::own_servers servers{"redis"};
  int round = 0;
  for (const auto& each : redis_settings) {
    SCOPED_TRACE(each);
    const rush::redis_keys keys{"redis://127.0.0.1:" + std::to_string(servers.redis_port())};
    const auto key = each.substr(0, each.find(' '));
    const auto before = servers.redis("CONFIG GET " + key);
    std::ignore = servers.redis("CONFIG SET " + each);
    running_server server{keys};
    expect_works(server, ++round);
    // One at a time: the next begins from what a fresh Redis has.
    std::ignore = servers.redis("CONFIG SET " + key + " '" + value_in(before) + "'");
    if (!HasFailure()) std::cout << "works: " << each << '\n';
  }
}

}  // namespace
}  // namespace boxoffice::system_test
