#include "logging/log_limiter.hpp"

#include <chrono>
#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using std::chrono::milliseconds;

class LogLimiter : public ::testing::Test {
 protected:
  // What is written of it, as "text+repeated"; nothing when it is left out.
  std::string say(const std::string& kind, const std::string& text, int at) {
    const auto line = subject_.admit(kind, {1, text, 0}, start_ + milliseconds{at});
    return line ? written(*line) : std::string{};
  }
  std::string due(int at) {
    std::string all;
    for (const auto& line : subject_.due(start_ + milliseconds{at}))
      all += written(line) + ";";
    return all;
  }
  static std::string written(const log_limiter::line& line) {
    return line.text + "+" + std::to_string(line.repeated);
  }
  const log_limiter::time start_{};
  log_limiter subject_{2};
};

TEST_F(LogLimiter, WritesOneOfAKindASecondAndCountsTheOthers) {
  EXPECT_EQ(say("a", "1", 0), "1+0");
  EXPECT_EQ(say("a", "2", 1), "");
  EXPECT_EQ(say("b", "other", 1), "other+0");
  EXPECT_EQ(say("a", "3", 999), "");
  EXPECT_EQ(say("a", "4", 1000), "4+2");
  EXPECT_EQ(say("a", "5", 1001), "");
  EXPECT_EQ(say("a", "6", 2000), "6+1");
  EXPECT_EQ(say("a", "7", 9000), "7+0");
}

TEST_F(LogLimiter, TellsOfWhatStoppedOnceItsSecondIsOver) {
  EXPECT_EQ(say("a", "1", 0), "1+0");
  EXPECT_EQ(say("a", "2", 1), "");
  EXPECT_EQ(say("a", "3", 2), "");
  EXPECT_EQ(due(999), "");
  EXPECT_EQ(due(1000), "3+2;");
  EXPECT_EQ(say("a", "4", 1001), "") << "that was the line of this second";
  EXPECT_EQ(due(1002), "");
  EXPECT_EQ(due(2000), "4+1;");
  EXPECT_EQ(due(9000), "");
}

TEST_F(LogLimiter, AtTheEndTellsEverything) {
  EXPECT_EQ(say("a", "1", 0), "1+0");
  EXPECT_EQ(say("a", "2", 1), "");
  std::string all;
  for (const auto& line : subject_.due(log_limiter::time::max()))
    all += written(line);
  EXPECT_EQ(all, "2+1");
}

TEST_F(LogLimiter, ForgetsKindsThatAreQuietAndLimitsNoMoreThanItCanKeep) {
  say("a", "1", 0);
  say("b", "1", 0);
  EXPECT_EQ(say("c", "1", 1), "1+0");
  EXPECT_EQ(say("c", "2", 2), "2+0") << "no room to know it";
  EXPECT_EQ(due(1000), "");
  EXPECT_EQ(say("c", "3", 1001), "3+0");
  EXPECT_EQ(say("c", "4", 1002), "") << "now there is";
}

}  // namespace
}  // namespace boxoffice
