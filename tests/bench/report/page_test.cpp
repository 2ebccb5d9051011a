#include "bench/report/page.hpp"

#include "bench/compare/outcome_report.hpp"
#include "bench/report/markup.hpp"

#include <gtest/gtest.h>

namespace boxoffice::report {
namespace {

nlohmann::json results() {
  compare::outcome found{.name = "<test>", .what = "two & more, nobody's", .durability = "none"};
  for (const std::string name : {"slow \"side\"", "fast side"}) {
    found.sides.push_back({name, "does", std::vector<compare::measurement>(2)});
    for (auto& m : found.sides.back().rounds)
      m.per_second = name == "fast side" ? 200 : 100;
  }
  found.goals = {compare::judge(
      found,
      {.what = "a lost goal", .of = "slow \"side\"", .over = "fast side", .must = 1, .aim = 2})};
  found.charts = {
      {"a chart", "n", "µs", compare::chart::axes::logarithmic, {{"line", {{1, 2}, {10, 20}}}}}};
  return nlohmann::json::array({compare::to_json(found)});
}

TEST(ReportPage, ShowsLostGoalsFirst) {
  const auto page = write_page({"title", {}}, results(), nullptr);
  const auto at = page.find("a lost goal");
  ASSERT_NE(at, page.npos);
  EXPECT_LT(at, page.find("id='&lt;test&gt;'"));
  EXPECT_NE(page.find("<td class='not'>NOT met</td>"), page.npos);
}

TEST(ReportPage, IsCompleteInItself) {
  const auto page = write_page({"title", {}}, results(), nullptr);
  for (const std::string from_elsewhere : {"http:", "https:", "<script", "src=", "<link", "url("})
    EXPECT_EQ(page.find(from_elsewhere), page.npos) << from_elsewhere;
}

TEST(ReportPage, EscapesWhatItIsTold) {
  const auto page = write_page({"a < b", {}}, results(), nullptr);
  EXPECT_EQ(page.find("<test>"), page.npos);
  EXPECT_EQ(page.find("two & more"), page.npos);
  EXPECT_EQ(page.find("nobody's"), page.npos) << "it would end an attribute";
  EXPECT_NE(page.find("two &amp; more"), page.npos);
  EXPECT_NE(page.find("slow &quot;side&quot;"), page.npos);
}

TEST(ReportPage, DrawsCurvesWithTheirExponent) {
  const auto page = write_page({"title", {}}, results(), nullptr);
  EXPECT_NE(page.find("line ~ x^1<"), page.npos);
}

TEST(ReportPage, SaysWhatFailed) {
  const auto failed = nlohmann::json::array({{{"name", "sql"}, {"error", "no such server"}}});
  const auto page = write_page({"title", {}}, failed, nullptr);
  EXPECT_NE(page.find("no such server"), page.npos);
}

TEST(ReportPage, TakesWhatGoogleBenchmarkWrites) {
  const nlohmann::json actors{{"benchmarks",
                               {{{"name", "Purchase/in_flight:16/iterations:3"},
                                 {"items_per_second", 1234.5},
                                 {"messages", 29.5}}}}};
  const auto page = write_page({"title", {}}, nlohmann::json::array(), actors);
  EXPECT_NE(page.find("Purchase/in_flight:16"), page.npos);
  EXPECT_NE(page.find("29.5"), page.npos);
}

TEST(ReportMarkup, NumbersHaveThreeDigitsThatCount) {
  EXPECT_EQ(number(0), "0");
  EXPECT_EQ(number(12'345.6), "12346");
  EXPECT_EQ(number(12.345), "12.3");
  EXPECT_EQ(number(0.0012345), "0.00123");
  EXPECT_EQ(number(2), "2");
  EXPECT_EQ(short_number(12'345), "12.3k");
  EXPECT_EQ(short_number(2'500'000), "2.5M");
}

}  // namespace
}  // namespace boxoffice::report
