// The file of waiting rooms and rankings is deleted between two starts: the rankings are counted
// again.
#include "bench/rush/audit_run.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/running_server.hpp"
#include "tests/system/visitor.hpp"

#include <chrono>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

TEST(Recount, ADeletedFileLeavesTheRankingsAsTheyWere) {
  running_server server;
  rush_on rush{server,
               {.seats = 60, .waiting_room = std::nullopt, .hold = std::chrono::seconds{3}},
               {.buyers = 100, .how = {.refund = 0.2}, .seed = announced_seed(11)}};
  rush.finish();
  const auto rankings = [&] {
    visitor who{server.url(), "op", "operator"};
    std::string text;
    for (const std::string board :
         {"best-selling?window=all", "best-selling?window=1h", "sold-out"})
      text += who.get("/v1/rankings/" + board).value().at("items").dump() + "\n";
    return text;
  };
  const auto audited = [&] {
    return rush::audit(server_binary(), server.data_dir(), {"--drained"});
  };
  ASSERT_TRUE(eventually([&] { return audited().code == 0; })) << audited().faults();
  const auto before = rankings();
  EXPECT_NE(before.find("seatsSold"), std::string::npos) << before;
  EXPECT_EQ(server.process().stop(), 0);
  for (const std::string ending : {"", "-wal", "-shm"})
    std::filesystem::remove(server.data_dir() / ("queue_ranking.db" + ending));
  server.start();
  EXPECT_TRUE(eventually([&] { return rankings() == before; }, std::chrono::seconds{10}))
      << rankings() << before;
  EXPECT_TRUE(eventually([&] { return audited().code == 0; })) << audited().faults();
}

}  // namespace
}  // namespace boxoffice::system_test
