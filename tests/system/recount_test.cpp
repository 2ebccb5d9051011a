// The file of waiting rooms and rankings is deleted between two starts: the rankings are counted
// again.
#include "tests/rush/audit_run.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/running_server.hpp"
#include "tests/system/visitor.hpp"
#include "tests/system/watched_sale.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>
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

/// A server with a few sales, whose boards can be damaged while it is stopped.
class RecountCommand : public testing::Test {
 protected:
  RecountCommand() {
    sale_.commit("payment", 5);
    for (int n = 0; n < 3; ++n)
      sale_.expect_sells();
  }
  std::string rankings() {
    visitor who{server_.url(), "op", "operator"};
    std::string text;
    for (const std::string window : {"all", "24h", "1h"})
      text +=
          who.get("/v1/rankings/best-selling?window=" + window).value().at("items").dump() + "\n";
    return text;
  }
  [[nodiscard]] rush::audit_run audited() const {
    return rush::audit(server_binary(), server_.data_dir(), {"--drained"});
  }
  int rebuild() {
    rush::child_process to{server_binary(),
                           {"rebuild", "ranking", "--data-dir", server_.data_dir().string()},
                           server_.scratch() / "said.err"};
    said_ = to.read_rest(std::chrono::seconds{20});
    const auto code = to.wait(std::chrono::seconds{5}).value_or(-1);
    said_ += to.error_text();
    return code;
  }

  running_server server_;
  watched_sale sale_{server_};
  std::string said_;
};

TEST_F(RecountCommand, CountsBoardsThatAreWrong) {
  ASSERT_TRUE(eventually([&] { return audited().code == 0; })) << audited().faults();
  const auto before = rankings();
  ASSERT_EQ(server_.process().stop(), 0);
  {
    SQLite::Database db{(server_.data_dir() / "queue_ranking.db").string(), SQLite::OPEN_READWRITE};
    db.exec("UPDATE sales_total SET seats = seats + 3");
    db.exec("UPDATE sales_bucket SET seats = seats + 3");
  }
  EXPECT_NE(audited().faults().find("total_differs"), std::string::npos);
  EXPECT_EQ(rebuild(), 0) << said_;
  EXPECT_NE(said_.find("best_selling: "), std::string::npos) << said_;
  EXPECT_EQ(audited().code, 0) << audited().faults();
  server_.start();
  EXPECT_EQ(rankings(), before);
  sale_.expect_sells();
  EXPECT_TRUE(eventually([&] { return rankings() != before && audited().code == 0; }))
      << audited().faults();
}

TEST_F(RecountCommand, OnARunningServerSaysSoAndChangesNothing) {
  ASSERT_TRUE(eventually([&] { return audited().code == 0; })) << audited().faults();
  EXPECT_EQ(rebuild(), 3) << said_;
  EXPECT_NE(said_.find("in use"), std::string::npos) << said_;
  EXPECT_EQ(audited().code, 0) << audited().faults();
}

}  // namespace
}  // namespace boxoffice::system_test
