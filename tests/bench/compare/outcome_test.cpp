#include "bench/compare/outcome.hpp"

#include "bench/compare/outcome_report.hpp"
#include "bench/compare/rounds.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

namespace boxoffice::compare {
namespace {

side_outcome side_with(const std::string& name, const std::vector<double>& rates,
                       const std::vector<double>& p99 = {}) {
  side_outcome out{name, "does", {}};
  for (std::size_t i = 0; i < rates.size(); ++i) {
    out.rounds.emplace_back();
    out.rounds.back().per_second = rates[i];
    out.rounds.back().p99_milliseconds = p99.empty() ? 1 : p99[i];
  }
  return out;
}

outcome of_two_sides() {
  outcome out{.name = "test", .what = "two sides", .durability = "none"};
  out.sides = {side_with("fast", {200, 400, 300}, {4, 2, 3}),
               side_with("slow", {100, 100, 50}, {6, 6, 6})};
  return out;
}

TEST(Outcome, TheSpreadIsTheMedianAndTheEnds) {
  const auto odd = spread_of({5, 1, 3});
  EXPECT_EQ(odd.median, 3);
  EXPECT_EQ(odd.min, 1);
  EXPECT_EQ(odd.max, 5);
  EXPECT_EQ(spread_of({4, 1, 2, 3}).median, 2.5);
  EXPECT_EQ(spread_of({}).median, 0);
}

TEST(Outcome, ARatioIsThatOfTheMediansWithTheSpreadOfTheRounds) {
  const auto found =
      judge(of_two_sides(), {.what = "x", .of = "fast", .over = "slow", .must = 2, .aim = 4});
  EXPECT_DOUBLE_EQ(found.measured.median, 3);
  EXPECT_DOUBLE_EQ(found.measured.min, 2);
  EXPECT_DOUBLE_EQ(found.measured.max, 6);
  EXPECT_EQ(found.is, verdict::must_met);
}

TEST(Outcome, EachVerdictHasItsBound) {
  const auto verdict_of = [](double must, double aim) {
    return judge(of_two_sides(),
                 {.what = "x", .of = "fast", .over = "slow", .must = must, .aim = aim})
        .is;
  };
  EXPECT_EQ(verdict_of(1, 3), verdict::aim_met);
  EXPECT_EQ(verdict_of(3, 3.1), verdict::must_met);
  EXPECT_EQ(verdict_of(3.1, 4), verdict::not_met);
}

TEST(Outcome, AtMostTurnsTheBoundAround) {
  const auto verdict_of = [](double must, double aim) {
    return judge(of_two_sides(), {.what = "x",
                                  .of = "fast",
                                  .over = "slow",
                                  .compares = goal::quantity::p99,
                                  .is = goal::bound::at_most,
                                  .must = must,
                                  .aim = aim})
        .is;
  };
  EXPECT_EQ(verdict_of(2, 0.5), verdict::aim_met);
  EXPECT_EQ(verdict_of(0.5, 0.4), verdict::must_met);
  EXPECT_EQ(verdict_of(0.4, 0.3), verdict::not_met);
}

TEST(Outcome, AFigureIsItsOwnMeasure) {
  auto out = of_two_sides();
  out.figures = {{"start", spread_of({2}), "s"}};
  const auto start = figure_goal("start", "start", goal::bound::at_most, 3, 1, "s");
  EXPECT_EQ(judge(out, start).is, verdict::must_met);
}

TEST(Outcome, AGoalForASideThatIsNotThereIsRefused) {
  EXPECT_THROW(judge(of_two_sides(), {.what = "x", .of = "fast", .over = "nobody"}),
               std::runtime_error);
}

TEST(Outcome, TheExponentIsThatOfThePower) {
  EXPECT_NEAR(fitted_exponent({"square", {{1, 3}, {10, 300}, {100, 30'000}}}), 2, 1e-9);
  EXPECT_NEAR(fitted_exponent({"flat", {{1, 5}, {1000, 5}}}), 0, 1e-9);
}

TEST(Outcome, TheTextShowsTheRowsThatAreNotMet) {
  auto out = of_two_sides();
  out.goals = {
      judge(out, {.what = "the measure", .of = "slow", .over = "fast", .must = 1, .aim = 2})};
  const auto text = to_text(out);
  EXPECT_NE(text.find("NOT met"), text.npos) << text;
  EXPECT_NE(text.find("| slow | 100 (50.0–100)"), text.npos) << text;
}

/// Counts its turns and says so as its rate.
class counting_side final : public side {
 public:
  counting_side(std::string name, std::vector<std::string>& turns)
      : name_{std::move(name)}, turns_{turns} {}
  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] std::string does() const override { return ""; }
  measurement run(std::chrono::milliseconds /*time*/) override {
    turns_.push_back(name_);
    measurement out;
    out.per_second = 1;
    out.failed = name_ == "bad" ? 1 : 0;
    return out;
  }

 private:
  const std::string name_;
  std::vector<std::string>& turns_;
};

TEST(Rounds, EachRoundBeginsWithAnotherSide) {
  std::vector<std::string> turns;
  comparison of{.name = "test", .what = "", .durability = ""};
  of.add(std::make_unique<counting_side>("a", turns));
  of.add(std::make_unique<counting_side>("b", turns));
  const auto found = run_rounds(of, {.rounds = 2, .time = std::chrono::milliseconds{1}});
  EXPECT_EQ(turns, (std::vector<std::string>{"a", "b", "b", "a"}));
  EXPECT_EQ(found.sides[1].rounds.size(), 2U);
}

TEST(Rounds, NoSideAlwaysComesAfterTheSame) {
  std::vector<std::string> turns;
  comparison of{.name = "test", .what = "", .durability = ""};
  for (const auto* name : {"a", "b", "c"})
    of.add(std::make_unique<counting_side>(name, turns));
  std::size_t settled = 0;
  of.settle = [&] { EXPECT_EQ(settled++, turns.size()); };
  run_rounds(of, {.rounds = 4, .time = std::chrono::milliseconds{1}});
  const std::vector<std::string> expected{"a", "b", "c", "c", "b", "a",
                                          "b", "c", "a", "a", "c", "b"};
  EXPECT_EQ(turns, expected);
  EXPECT_EQ(settled, turns.size());
}

TEST(Rounds, ASideThatFailsEndsThem) {
  std::vector<std::string> turns;
  comparison of{.name = "test", .what = "", .durability = ""};
  of.add(std::make_unique<counting_side>("bad", turns));
  EXPECT_THROW(run_rounds(of, {.rounds = 2, .time = std::chrono::milliseconds{1}}),
               std::runtime_error);
}

}  // namespace
}  // namespace boxoffice::compare
