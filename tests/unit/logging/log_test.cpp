#include "logging/log.hpp"

#include "logging/log_limits.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <string>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

/// Standard error as a pipe nobody reads until `text` is called: a terminal that stands still.
class stalled_stderr {
 public:
  stalled_stderr() : saved_{dup(STDERR_FILENO)} {
    EXPECT_EQ(pipe2(ends_.data(), O_CLOEXEC), 0);
    dup2(ends_[1], STDERR_FILENO);
    close(ends_[1]);
  }
  ~stalled_stderr() {
    restore();
    if (reader_.joinable()) reader_.join();
    close(ends_[0]);
  }
  stalled_stderr(const stalled_stderr&) = delete;
  stalled_stderr& operator=(const stalled_stderr&) = delete;

  void start_reading() {
    reader_ = std::thread{[this] {
      std::array<char, 4096> part{};
      for (ssize_t got = 1; got > 0;) {
        got = read(ends_[0], part.data(), part.size());
        if (got > 0) text_.append(part.data(), static_cast<std::size_t>(got));
      }
    }};
  }
  /// Everything written; standard error is the old one again.
  std::string text() {
    restore();
    if (reader_.joinable()) reader_.join();
    return text_;
  }

 private:
  void restore() {
    if (saved_ < 0) return;
    dup2(saved_, STDERR_FILENO);
    close(saved_);
    saved_ = -1;
  }
  int saved_;
  std::array<int, 2> ends_{};
  std::thread reader_;
  std::string text_;
};

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(Log, IsSilentWithoutLogging) {
  EXPECT_FALSE(log_enabled(log_level::error));
  testing::internal::CaptureStderr();
  log(log_level::error, "test", "nobody listens");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Log, WritesEveryQueuedLineBeforeItEnds) {
  testing::internal::CaptureStderr();
  {
    const logging on{{log_level::debug, log_format::json}};
    for (int i = 0; i < 1000; ++i)
      log(log_level::debug, "test", "line", {{"number", i}});
  }
  const auto text = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::ranges::count(text, '\n'), 1000);
  EXPECT_TRUE(contains(text, R"("number":999})")) << text.substr(text.size() - 200);
}

TEST(Log, AJsonLineHasTimeLevelAndFields) {
  testing::internal::CaptureStderr();
  {
    const logging on{{log_level::info, log_format::json}};
    log(log_level::warning, "http", "100% {} of it", {{"request_id", "r1"}, {"status", 201}});
  }
  const auto line = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(line.starts_with(R"({"time":"20)")) << line;
  EXPECT_TRUE(line.ends_with(R"(Z","level":"warning","component":"http",)"
                             R"("message":"100% {} of it","request_id":"r1","status":201})"
                             "\n"))
      << line;
}

TEST(Log, ATextLineIsForPeople) {
  testing::internal::CaptureStderr();
  {
    const logging on{{log_level::info, log_format::text}};
    log(log_level::info, "http", "request done", {{"payment_id", "pay_1"}});
  }
  const auto line = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(line.ends_with("Z info    http: request done payment_id=pay_1\n")) << line;
}

TEST(Log, ALineOfARequestBeginsWithItsIds) {
  testing::internal::CaptureStderr();
  {
    const logging on{{log_level::info, log_format::text}};
    log(log_level::info, {"r1", "4bf9"}, "test", "one", {{"status", 201}});
    log(log_level::info, {"r1", ""}, "test", "two");
    log(log_level::info, {"", ""}, "test", "three", {{"status", 201}});
  }
  const auto text = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(contains(text, "test: one request_id=r1 trace_id=4bf9 status=201\n")) << text;
  EXPECT_TRUE(contains(text, "test: two request_id=r1\n")) << text;
  EXPECT_TRUE(contains(text, "test: three status=201\n")) << text;
}

TEST(Log, LinesBelowTheLevelAreNotWritten) {
  testing::internal::CaptureStderr();
  {
    const logging on{{log_level::warning, log_format::json}};
    EXPECT_FALSE(log_enabled(log_level::info));
    EXPECT_TRUE(log_enabled(log_level::warning));
    log(log_level::info, "test", "too small");
    log(log_level::off, "test", "no level of a line");
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_FALSE(log_enabled(log_level::error)) << "over with its logging";
}

TEST(Log, WhatRepeatsIsWrittenOnceAndCounted) {
  for (const auto format : {log_format::json, log_format::text}) {
    testing::internal::CaptureStderr();
    {
      const logging on{{log_level::info, format}};
      for (int i = 0; i < 1000; ++i)
        log(log_level::error, "storage", "away", {{"database", i % 2 ? "one" : "two"}, {"try", i}});
    }
    const auto text = testing::internal::GetCapturedStderr();
    const auto lines = std::ranges::count(text, '\n');
    EXPECT_GE(lines, 4) << text;
    EXPECT_LE(lines, 40) << "one a second of each, however slow this machine is: " << text;
    const auto last = format == log_format::json ? R"("database":"one","try":999,"repeated":)"
                                                 : "database=one try=999 repeated=";
    EXPECT_TRUE(contains(text, last)) << text;
  }
}

TEST(Log, AStalledTerminalLosesTheOldestLinesCountsThemAndRecovers) {
  constexpr auto lines = static_cast<int>(limits::log_queue_lines_max) * 3;
  stalled_stderr terminal;
  {
    const logging on{{log_level::debug, log_format::json}};
    for (int i = 0; i < lines; ++i)
      log(log_level::debug, "test", "line", {{"number", i}});
    EXPECT_GT(log_state().lost_lines, limits::log_queue_lines_max / 2);
    EXPECT_GT(log_state().queued_lines, limits::log_queue_lines_max / 2);
    EXPECT_LE(log_state().queued_lines, limits::log_queue_lines_max);
    terminal.start_reading();
  }
  const auto text = terminal.text();
  EXPECT_TRUE(contains(text, R"("number":)" + std::to_string(lines - 1) + "}"));
  EXPECT_TRUE(contains(text, R"("lost_lines":)"));
  EXPECT_EQ(log_state().lost_lines, 0U);
}

}  // namespace
}  // namespace boxoffice
