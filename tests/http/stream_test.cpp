// A body that goes on until it or its reader ends.
#include "tests/http/stream_client.hpp"
#include "tests/http/toy_server.hpp"
#include "tests/system/eventually.hpp"

#include <deque>
#include <mutex>
#include <thread>

namespace boxoffice::http {
namespace {

using namespace std::chrono_literals;
using system_test::eventually;

/// What the readers of a toy stream are sent: everything, from its beginning.
class toy_feed {
 public:
  void send(const std::string& text) {
    change([&] { frames_.push_back(std::make_shared<const stream_frame>(text)); });
  }
  void end() {
    change([&] { over_ = true; });
  }
  live_body::after read(std::size_t& cursor, stream_frames& out,
                        const std::shared_ptr<stream_listener>& listener) {
    const std::scoped_lock hold{lock_};
    while (cursor < frames_.size() && out.size() < 8)
      out.push_back(frames_[cursor++]);
    if (cursor == frames_.size() && over_) return live_body::after::end;
    if (out.empty()) listeners_.push_back(listener);
    return live_body::after::more;
  }

 private:
  template <class Change>
  void change(Change what) {
    stream_listeners told;
    {
      const std::scoped_lock hold{lock_};
      what();
      told.swap(listeners_);
    }
    for (const auto& each : told)
      each->more();
  }

  std::mutex lock_;
  stream_frames frames_;
  stream_listeners listeners_;
  bool over_{false};
};

class toy_reader : public live_body {
 public:
  explicit toy_reader(toy_feed& from) : from_{from} {}
  after read(stream_frames& out, const std::shared_ptr<stream_listener>& listener) override {
    return from_.read(cursor_, out, listener);
  }
  [[nodiscard]] std::string_view reason() const override { return "ended"; }

 private:
  toy_feed& from_;
  std::size_t cursor_{0};
};

class HttpStream : public HttpServer, public testing::WithParamInterface<std::size_t> {
 protected:
  void serve(server_settings how = {}) {
    how.io_threads = GetParam();
    server_ = std::make_unique<server>(how, &tokens_, clock_, metrics_);
    auto routes = toy_routes(metrics_);
    routes.add({.pattern = "/v1/live",
                .handle = answering([this](request&) {
                  response answer{status::ok};
                  answer.content_type = "text/event-stream";
                  answer.stream = std::make_shared<toy_reader>(feed_);
                  return answer;
                }),
                .admitted = admission_rule::stream});
    server_->start(std::move(routes));
  }
  [[nodiscard]] stream_client connect(int receive_buffer_bytes = 0) const {
    return stream_client{server_->address().port, receive_buffer_bytes};
  }
  std::int64_t open_streams() {
    return metrics_.gauge("boxoffice_streams_open", "Live streams with a reader").value();
  }
  std::uint64_t closed(const std::string& reason) {
    return metrics_
        .counter("boxoffice_streams_closed_total", "Live streams that ended, by reason",
                 {{"reason", reason}})
        .value();
  }

  toy_feed feed_;
};
INSTANTIATE_TEST_SUITE_P(Threads, HttpStream, testing::Values(1, 3));

TEST_P(HttpStream, IsSentPieceByPieceUntilItEnds) {
  serve();
  auto reader = connect();
  ASSERT_EQ(reader.open("/v1/live"), 200);
  EXPECT_EQ(reader.headers.at("transfer-encoding"), "chunked");
  EXPECT_EQ(reader.headers.at("connection"), "close");
  EXPECT_FALSE(reader.headers.contains("content-length"));
  for (const std::string text : {"one", "two", "three"}) {
    feed_.send(text);
    EXPECT_EQ(reader.piece(), text);
  }
  EXPECT_EQ(open_streams(), 1);
  feed_.end();
  EXPECT_EQ(reader.piece(), "");
  EXPECT_TRUE(reader.ended_whole());
  EXPECT_TRUE(reader.closed());
  EXPECT_TRUE(eventually([&] { return open_streams() == 0; }));
  EXPECT_EQ(closed("ended"), 1U);
}

TEST_P(HttpStream, IsUnframedForHttp10AndLeftOutForHead) {
  serve();
  feed_.send("one");
  auto old = connect();
  old.send("GET /v1/live HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.read_head(), 200);
  EXPECT_FALSE(old.headers.contains("transfer-encoding"));
  EXPECT_EQ(old.piece(), "one");
  feed_.send("two");
  EXPECT_EQ(old.piece(), "two");
  auto head = connect();
  head.send("HEAD /v1/live HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(head.read_head(), 200);
  EXPECT_TRUE(head.closed());
  feed_.end();
  EXPECT_TRUE(old.closed());
}

TEST_P(HttpStream, EndsWhenTheReaderLeaves) {
  serve();
  auto reader = connect();
  ASSERT_EQ(reader.open("/v1/live"), 200);
  EXPECT_TRUE(eventually([&] { return open_streams() == 1; }));
  reader.close();
  EXPECT_TRUE(eventually([&] { return open_streams() == 0; }));
  EXPECT_EQ(closed("client"), 1U);
}

TEST_P(HttpStream, LeavesWhatTheReaderSendsUnanswered) {
  serve();
  auto reader = connect();
  reader.send(get("/v1/live") + get("/v1/things/1"));
  ASSERT_EQ(reader.read_head(), 200);
  reader.send(get("/v1/things/2"));
  feed_.send("one");
  EXPECT_EQ(reader.piece(), "one");
  EXPECT_TRUE(reader.silent(50ms));
  feed_.end();
  EXPECT_EQ(reader.piece(), "");
  EXPECT_TRUE(reader.closed());
}

TEST_P(HttpStream, IsNotCutForBeingIdle) {
  server_settings how;
  how.idle_max = how.read_max = how.write_max = how.stream_stall_max = 100ms;
  serve(how);
  auto reader = connect();
  ASSERT_EQ(reader.open("/v1/live"), 200);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(reader.silent(300ms));
    feed_.send("still here");
    EXPECT_EQ(reader.piece(), "still here");
  }
}

TEST_P(HttpStream, CutsWhoTakesNothingAndNobodyElse) {
  server_settings how;
  how.stream_stall_max = 1s;
  serve(how);
  auto slow = connect(4096);
  auto fast = connect();
  ASSERT_EQ(slow.open("/v1/live"), 200);
  ASSERT_EQ(fast.open("/v1/live"), 200);
  const std::string text(100'000, 'x');
  for (int i = 0; i < 30; ++i) {
    feed_.send(text);
    EXPECT_EQ(fast.piece(), text);
  }
  EXPECT_TRUE(eventually([&] { return closed("slow") == 1; }));
  EXPECT_EQ(open_streams(), 1);
  feed_.send("last");
  EXPECT_EQ(fast.piece(), "last");
}

TEST_P(HttpStream, WaitsForWhoTakesLittle) {
  server_settings how;
  how.stream_stall_max = 2s;
  serve(how);
  auto reader = connect(4096);
  ASSERT_EQ(reader.open("/v1/live"), 200);
  const std::string text(20'000, 'x');
  for (int i = 0; i < 20; ++i)
    feed_.send(text);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(reader.piece(), text);
    system_test::let_pass(150ms);
  }
  EXPECT_EQ(closed("slow"), 0U);
}

TEST_P(HttpStream, HasABoundOfItsOwn) {
  server_settings how;
  how.streams_max = 2;
  how.in_flight_max = 1;
  serve(how);
  auto first = connect();
  auto second = connect();
  ASSERT_EQ(first.open("/v1/live"), 200);
  ASSERT_EQ(second.open("/v1/live"), 200);
  const auto refused = ask(get("/v1/live"));
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.code(), "overloaded");
  EXPECT_EQ(refused.headers.at("retry-after"), "1");
  EXPECT_EQ(ask(get("/v1/things/1")).status, 200);
  first.close();
  EXPECT_TRUE(eventually([&] { return open_streams() == 1; }));
  EXPECT_TRUE(eventually([&] { return connect().open("/v1/live") == 200; }));
}

TEST_P(HttpStream, IsEndedBeforeTheServerStops) {
  serve();
  std::deque<stream_client> readers;
  for (int i = 0; i < 20; ++i)
    ASSERT_EQ(readers.emplace_back(server_->address().port).open("/v1/live"), 200);
  std::thread stopping{[&] { server_->stop(); }};
  feed_.send("bye");
  feed_.end();
  for (auto& each : readers) {
    EXPECT_EQ(each.piece(), "bye");
    EXPECT_EQ(each.piece(), "");
    EXPECT_TRUE(each.ended_whole());
    each.close();
  }
  stopping.join();
  EXPECT_EQ(open_streams(), 0);
}

}  // namespace
}  // namespace boxoffice::http
