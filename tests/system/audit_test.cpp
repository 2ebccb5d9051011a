// The audit from outside: on databases that were damaged on purpose, and beside a running server.
#include "tests/rush/audit_run.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/running_server.hpp"
#include "tests/system/visitor.hpp"

#include <filesystem>
#include <string>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

/// A server at which ann has bought and ben holds A-3.
class Audit : public testing::Test {
 protected:
  void SetUp() override {
    visitor admin{server_.url(), "admin1", "admin"};
    const auto concert = admin.open_concert();
    schedule_ = admin.open_schedule(concert, schedule_on_sale(1, 10));
    visitor ann{server_.url(), "ann"};
    ann.join(concert);
    ann.charge(100'000);
    const auto basket = ann.hold(schedule_, {{"seats", {"A-1", "A-2"}}}).value();
    bought_ = basket.at("reservationId");
    const auto paid = ann.pay(bought_);
    ASSERT_EQ(paid.status, 201) << paid.body;
    payment_ = paid.value().at("paymentId");
    visitor ben{server_.url(), "ben"};
    ben.join(concert);
    held_ = ben.hold(schedule_, {{"seats", {"A-3"}}}).value().at("reservationId");
  }

  [[nodiscard]] rush::audit_run audited(const std::filesystem::path& data_dir,
                                        const std::vector<std::string>& more = {}) const {
    return rush::audit(server_binary(), data_dir, more);
  }

  /// What the audit says of a copy of the databases that `sql` was done to.
  void expect_found(const std::string& database, const std::string& sql, const std::string& rule,
                    const std::vector<std::string>& ids) {
    const auto copy = server_.scratch() / "copy";
    std::filesystem::remove_all(copy);
    std::filesystem::copy(server_.data_dir(), copy);
    SQLite::Database{(copy / database).string(), SQLite::OPEN_READWRITE}.exec(
        "PRAGMA ignore_check_constraints = ON; " + sql);
    const auto ran = audited(copy);
    EXPECT_EQ(ran.code, 1) << ran.errors;
    ASSERT_TRUE(ran.report.is_object()) << ran.errors;
    EXPECT_EQ(ran.report.at("ok"), false);
    ASSERT_EQ(ran.report.at("violations").size(), 1U) << ran.faults();
    EXPECT_EQ(ran.report.at("violations")[0].at("rule"), rule) << ran.faults();
    EXPECT_EQ(ran.report.at("violations")[0].at("ids"), json(ids)) << ran.faults();
  }

  running_server server_;
  std::string schedule_, bought_, payment_, held_;
};

TEST_F(Audit, PassesBesideTheServerAndAfterIt) {
  const auto online = audited(server_.data_dir());
  EXPECT_EQ(online.faults(), "");
  EXPECT_EQ(online.code, 0);
  EXPECT_EQ(online.report.at("counts").at("payments"), 1);
  EXPECT_EQ(online.report.at("counts").at("claims"), 3);
  EXPECT_TRUE(eventually([&] { return audited(server_.data_dir(), {"--drained"}).code == 0; }))
      << audited(server_.data_dir(), {"--drained"}).faults();
  EXPECT_EQ(server_.process().stop(), 0);
  const auto offline = audited(server_.data_dir(), {"--drained"});
  EXPECT_EQ(offline.faults(), "");
  EXPECT_EQ(offline.code, 0);
}

TEST_F(Audit, FindsWhatSomebodyChangedInTheDatabases) {
  EXPECT_EQ(server_.process().stop(), 0);
  expect_found("point.db", "UPDATE account SET balance = balance + 1 WHERE user = 'ann'",
               "ledger_sum", {"ann"});
  expect_found("payment.db", "DELETE FROM outbox", "event_missing",
               {payment_, "payment.completed"});
  expect_found("reservation.db",
               "UPDATE reservation SET status = 3 WHERE status = 1;"
               "DELETE FROM seat_claim WHERE seat < 2",
               "payment_without_confirmation", {payment_, bought_});
  // Ben's basket becomes one of A-2 for 1000: count, seat number, price (zigzag, LEB128).
  expect_found("reservation.db",
               "UPDATE reservation SET seats = x'0101D00F' WHERE status = 0;"
               "DELETE FROM seat_claim WHERE seat = 2",
               "two_live_holders", {schedule_ + ":1", bought_, held_});
}

TEST_F(Audit, SaysWhichDatabaseCannotBeRead) {
  const auto nowhere = audited(server_.scratch() / "nowhere");
  EXPECT_EQ(nowhere.code, 5);
  EXPECT_TRUE(nowhere.report.is_null());
  EXPECT_NE(nowhere.errors.find("payment.db: there is no such database"), std::string::npos)
      << nowhere.errors;
  EXPECT_FALSE(std::filesystem::exists(server_.scratch() / "nowhere"));
}

TEST_F(Audit, AnswersOperatorsByHttp) {
  visitor guard{server_.url(), "guard", "operator"};
  const auto good = guard.get("/v1/admin/invariants");
  ASSERT_EQ(good.status, 200) << good.body;
  EXPECT_EQ(good.value().at("ok"), true) << good.body;
  EXPECT_EQ(good.value().at("counts").at("accounts"), 1);
  EXPECT_EQ(good.value().at("violations"), json::array());
  // A report is kept for some seconds.
  EXPECT_EQ(guard.get("/v1/admin/invariants").value(), good.value());
  visitor nobody{server_.url(), "ann"};
  EXPECT_EQ(faults_of_problem(nobody.get("/v1/admin/invariants"), 403, "forbidden"), "");
}

}  // namespace
}  // namespace boxoffice::system_test
