#include "http/api/audit_page.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace boxoffice::http {
namespace {

audit::audit_report sample() {
  audit::audit_report report;
  report.counts.accounts = 2;
  report.counts.ledger_rows = 3;
  return report;
}

TEST(AuditPage, TellsInJson) {
  auto report = sample();
  const auto good = nlohmann::json::parse(write_json(report, from_unix_ms(1'700'000'000'123)));
  EXPECT_EQ(good.at("ok"), true);
  EXPECT_EQ(good.at("checkedAt"), "2023-11-14T22:13:20.123Z");
  EXPECT_EQ(good.at("counts").at("ledgerRows"), 3);
  EXPECT_EQ(good.at("violations"), nlohmann::json::array());
  report.violations.push_back({audit::rule::sold_twice, {"sch_1:4", "res_1"}, "Twice."});
  report.unlisted = 2;
  const auto bad = nlohmann::json::parse(write_json(report, {}));
  EXPECT_EQ(bad.at("ok"), false);
  EXPECT_EQ(bad.at("violations"),
            nlohmann::json::parse(
                R"([{"rule":"sold_twice","ids":["sch_1:4","res_1"],"detail":"Twice."}])"));
  EXPECT_EQ(bad.at("unlistedViolations"), 2);
}

TEST(AuditPage, WritesJsonWhateverTheDatabaseHolds) {
  auto report = sample();
  report.violations.push_back({audit::rule::ledger_sum, {"a\xff"}, "It is off."});
  EXPECT_NO_THROW(EXPECT_EQ(nlohmann::json::parse(write_json(report, {})).at("ok"), false));
}

TEST(AuditPage, TellsAPerson) {
  auto report = sample();
  EXPECT_TRUE(describe(report).starts_with("The books add up: 2 accounts, 3 ledger rows, "))
      << describe(report);
  report.violations.push_back({audit::rule::sold_twice, {"sch_1:4", "res_1"}, "Twice."});
  EXPECT_TRUE(describe(report).starts_with(
      "sold_twice sch_1:4 res_1: Twice.\nThe books do not add up (1 violation): 2 accounts"))
      << describe(report);
  report.unlisted = 2;
  EXPECT_NE(describe(report).find("and 2 more\nThe books do not add up (3 violations)"),
            std::string::npos)
      << describe(report);
}

}  // namespace
}  // namespace boxoffice::http
