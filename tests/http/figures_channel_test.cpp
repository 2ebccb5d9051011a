// One frame for all readers, the newest for who lags, and a goodbye.
#include "http/api/streams/figures_channel.hpp"

#include "config/stream_limits.hpp"
#include "http/api/streams/event_text.hpp"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::http {
namespace {

class set_clock : public boxoffice::clock {
 public:
  [[nodiscard]] time_point now() const override { return at; }
  [[nodiscard]] time_point calendar() const override { return at; }
  time_point at{std::chrono::hours{1}};
};

class bell : public stream_listener {
 public:
  void more() override { ++rings; }
  int rings{0};
};

struct FiguresChannel : testing::Test {
  std::vector<std::string> read(live_body& body) {
    stream_frames frames;
    ended = body.read(frames, listener) == live_body::after::end;
    std::vector<std::string> names;
    for (const auto& each : frames) {
      const std::string text{each->text()};
      const auto begin = text.find("event: ") + 7;
      names.push_back(text.substr(begin, text.find('\n', begin) - begin));
    }
    last = frames.empty() ? nullptr : frames.back();
    return names;
  }
  int tell(const stream_listeners& told) {
    for (const auto& each : told)
      each->more();
    return static_cast<int>(told.size());
  }
  std::shared_ptr<const stream_frame> summary(const std::string& data) {
    return make_event("summary", data);
  }
  using names = std::vector<std::string>;

  set_clock time;
  std::shared_ptr<figures_channel> channel{std::make_shared<figures_channel>(time)};
  std::shared_ptr<bell> listener{std::make_shared<bell>()};
  std::shared_ptr<const stream_frame> last;
  bool ended{false};
};

TEST_F(FiguresChannel, GreetsAndThenTellsEachSummaryOnce) {
  const auto reader = channel->open(1);
  EXPECT_EQ(read(*reader), names{"hello"});
  EXPECT_EQ(read(*reader), names{}) << "nothing is known yet";
  EXPECT_EQ(tell(channel->take(summary("1"))), 1);
  EXPECT_EQ(listener->rings, 1);
  EXPECT_EQ(read(*reader), names{"summary"});
  EXPECT_EQ(read(*reader), names{});
}

TEST_F(FiguresChannel, SharesAFrameBetweenItsReaders) {
  const auto frame = summary("1");
  channel->take(frame);
  const auto one = channel->open(1);
  const auto other = channel->open(2);
  EXPECT_EQ(read(*one), (names{"hello", "summary"}));
  EXPECT_EQ(last, frame);
  EXPECT_EQ(read(*other), (names{"hello", "summary"}));
  EXPECT_EQ(last, frame);
}

TEST_F(FiguresChannel, SendsWhoLagsTheNewestAlone) {
  const auto slow = channel->open(1);
  read(*slow);
  for (int i = 0; i < 1000; ++i)
    channel->take(summary(std::to_string(i)));
  const auto newest = summary("newest");
  channel->take(newest);
  EXPECT_EQ(read(*slow), names{"summary"});
  EXPECT_EQ(last, newest);
}

TEST_F(FiguresChannel, CountsWhoReads) {
  auto one = channel->open(1);
  auto other = channel->open(2);
  EXPECT_EQ(channel->readers(), 2U);
  one.reset();
  EXPECT_EQ(channel->readers(), 1U);
  other.reset();
  EXPECT_EQ(channel->readers(), 0U);
}

TEST_F(FiguresChannel, SaysGoodbyeToAllAndToWhoComesLater) {
  const auto reader = channel->open(1);
  read(*reader);
  read(*reader);
  EXPECT_EQ(tell(channel->close("shutdown")), 1);
  EXPECT_EQ(read(*reader), names{"bye"});
  EXPECT_TRUE(ended);
  EXPECT_EQ(reader->reason(), "shutdown");
  EXPECT_NE(std::string{last->text()}.find(R"("reason":"shutdown")"), std::string::npos);
  const auto late = channel->open(2);
  EXPECT_EQ(read(*late), names{"bye"});
}

TEST_F(FiguresChannel, TurnsAReaderOverAfterAWhile) {
  const auto reader = channel->open(1);
  read(*reader);
  time.at += limits::stream_rotation_max;
  channel->take(summary("1"));
  EXPECT_EQ(read(*reader), names{"bye"});
  EXPECT_EQ(reader->reason(), "rotate");
}

}  // namespace
}  // namespace boxoffice::http
