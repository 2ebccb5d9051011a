#include "bench/report/plot.hpp"

#include <regex>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::report {
namespace {

/// The pixels of the points of the first curve.
std::vector<std::pair<double, double>> drawn(const std::string& svg) {
  std::smatch found;
  std::regex_search(svg, found, std::regex{"points='([^']*)'"});
  std::vector<std::pair<double, double>> points;
  std::istringstream in{found[1].str()};
  for (std::string one; in >> one;)
    points.emplace_back(std::stod(one), std::stod(one.substr(one.find(',') + 1)));
  return points;
}

TEST(ReportPlot, ALogarithmicAxisPutsPowersAtEqualDistances) {
  const auto points =
      drawn(plot_lines("t", "x", "y", scale::logarithmic, {{"l", {{1, 1}, {10, 10}, {100, 100}}}}));
  ASSERT_EQ(points.size(), 3U);
  EXPECT_NEAR(points[1].first - points[0].first, points[2].first - points[1].first, 0.01);
  EXPECT_NEAR(points[0].second - points[1].second, points[1].second - points[2].second, 0.01);
  EXPECT_GT(points[0].second, points[2].second) << "more is higher up";
}

TEST(ReportPlot, ALinearAxisBeginsAtZero) {
  const auto points = drawn(plot_lines("t", "x", "y", scale::linear, {{"l", {{5, 5}, {10, 10}}}}));
  ASSERT_EQ(points.size(), 2U);
  // 5 stands in the middle between 0, at 70 pixels, and 10, at 740.
  EXPECT_NEAR(points[0].first, 405, 0.01);
}

TEST(ReportPlot, WhatALogarithmCannotShowIsLeftOut) {
  EXPECT_EQ(drawn(plot_lines("t", "x", "y", scale::logarithmic, {{"l", {{0, 1}, {1, 1}, {2, 2}}}}))
                .size(),
            2U);
  EXPECT_NE(plot_lines("t", "x", "y", scale::logarithmic, {{"l", {{0, 0}}}}).find("</svg>"),
            std::string::npos);
}

TEST(ReportPlot, BarsAreAsLongAsTheirValues) {
  const auto svg = plot_bars("t", {{"a", 100, 90, 110}, {"b", 50, 50, 50}});
  const std::regex width{"class='bar'[^>]* width='([0-9.]+)'"};
  std::vector<double> found;
  for (std::sregex_iterator at{svg.begin(), svg.end(), width}, end; at != end; ++at)
    found.push_back(std::stod((*at)[1].str()));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_NEAR(found[0], 2 * found[1], 0.1);
}

}  // namespace
}  // namespace boxoffice::report
