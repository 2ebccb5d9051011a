// Life of a connection: keep-alive, pipelining, time-outs, drain.
#include "tests/http/toy_server.hpp"
#include "tests/system/eventually.hpp"

#include <thread>

namespace boxoffice::http {
namespace {

using namespace std::chrono_literals;
using system_test::eventually;

TEST_F(HttpServer, AnswersManyRequestsOnOneConnection) {
  serve();
  auto client = connect();
  for (int i = 0; i < 100; ++i) {
    const auto answer = client.ask(get("/v1/things/" + std::to_string(i)));
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(answer.json()["argument"], std::to_string(i));
    EXPECT_FALSE(answer.headers.contains("connection"));
  }
}

TEST_F(HttpServer, AnswersPipelinedRequestsInOrder) {
  serve();
  auto client = connect();
  std::string all;
  for (int i = 0; i < 300; ++i) {
    all += get("/v1/things/" + std::to_string(i));
    if (i % 10 == 0) all += get("/v1/slow/3");
    if (i % 10 == 5) all += post("/v1/echo", R"({"n":)" + std::to_string(i) + "}");
  }
  std::thread sender{[&] { client.send(all); }};
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(client.receive().json()["argument"], std::to_string(i));
    if (i % 10 == 0) {
      EXPECT_EQ(client.receive().json()["slept"], "3");
    }
    if (i % 10 == 5) {
      EXPECT_EQ(client.receive().json()["body"], R"({"n":)" + std::to_string(i) + "}");
    }
  }
  sender.join();
}

TEST_F(HttpServer, GoesOnAfterARefusalThatHasABody) {
  serve();
  auto client = connect();
  EXPECT_EQ(client.ask(post("/nowhere", "{\"a\":1}")).status, 404);
  EXPECT_EQ(client.ask(post("/v1/things", "{}")).status, 401);
  EXPECT_EQ(client.ask(post("/v1/echo", "{")).status, 400);
  EXPECT_EQ(client.ask(get("/v1/things/1")).status, 200);
}

TEST_F(HttpServer, ClosesWhenAsked) {
  serve();
  auto client = connect();
  const auto answer = client.ask(get("/v1/things/1", "Connection: close\r\n"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("connection"), "close");
  EXPECT_TRUE(client.ended());
}

TEST_F(HttpServer, Http10ClosesUnlessAskedToStay) {
  serve();
  auto client = connect();
  EXPECT_EQ(client.ask("GET /v1/things/1 HTTP/1.0\r\n\r\n").status, 200);
  EXPECT_TRUE(client.ended());
  auto staying = connect();
  const auto answer = staying.ask("GET /v1/things/1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(answer.headers.at("connection"), "keep-alive");
  EXPECT_EQ(staying.ask(get("/v1/things/1")).status, 200);
}

TEST_F(HttpServer, AnswersAClientThatHasFinishedSending) {
  serve();
  auto client = connect();
  client.send(get("/v1/slow/50"));
  client.finish_sending();
  EXPECT_EQ(client.receive().status, 200);
  EXPECT_TRUE(client.ended());
}

TEST_F(HttpServer, HeadIsGetWithoutBody) {
  serve();
  auto client = connect();
  client.send("HEAD /v1/things/1 HTTP/1.1\r\nHost: h\r\n\r\n" + get("/v1/things/2"));
  const auto head = client.receive(raw_client::request_kind::head);
  const auto full = client.receive();
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("content-length"), full.headers.at("content-length"));
  EXPECT_EQ(full.json()["argument"], "2");
  client.send("HEAD /nowhere HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.receive(raw_client::request_kind::head).status, 404);
  EXPECT_EQ(client.ask(get("/healthz")).body, "ok");
}

TEST_F(HttpServer, AsksForABodyThatIsHeldBack) {
  serve();
  const auto head = [](std::string_view path, std::size_t size) {
    return "POST " + std::string{path} +
           " HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Type: application/json\r\n"
           "Content-Length: " +
           std::to_string(size) + "\r\n\r\n";
  };
  auto client = connect();
  EXPECT_EQ(client.ask(head("/v1/echo", 2)).status, 100);
  EXPECT_EQ(client.ask("{}").status, 200);
  EXPECT_EQ(client.ask(get("/healthz")).status, 200);
  EXPECT_EQ(connect().ask(head("/v1/echo", 100'000)).status, 413);
  EXPECT_EQ(connect().ask(head("/v1/things", 2)).status, 401);
}

TEST_F(HttpServer, SendsBodiesOfUnknownSizeInChunks) {
  serve();
  auto client = connect();
  const auto answer = client.ask(get("/v1/pieces"));
  EXPECT_EQ(answer.headers.at("transfer-encoding"), "chunked");
  EXPECT_EQ(answer.body, "xxx;xx;x;");
  EXPECT_EQ(client.ask(get("/healthz")).status, 200);
  const auto old = ask("GET /v1/pieces HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.body, "xxx;xx;x;");
  EXPECT_FALSE(old.headers.contains("transfer-encoding"));
}

TEST_F(HttpServer, SendsLargeSharedBodies) {
  serve();
  auto client = connect();
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(client.ask(get("/v1/big")).body.size(), 3'000'000U);
}

// Returns when the server works on a request; fails the test when it never does.
void await_in_flight(metrics& measured) {
  const auto& running = measured.gauge("boxoffice_http_requests_in_flight", "Requests in flight");
  ASSERT_TRUE(eventually([&] { return running.value() > 0; }));
}

TEST_F(HttpServer, EndsConnectionsThatIdleOrTrickle) {
  server_settings how;
  how.idle_max = 150ms;
  how.read_max = 300ms;
  serve(how);
  auto idle = connect();
  EXPECT_TRUE(idle.ended());
  auto trickle = connect();
  EXPECT_TRUE(eventually([&] { return !trickle.send("G"); }));
  auto half_body = connect();
  half_body.send(
      "POST /v1/echo HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
      "Content-Length: 10\r\n\r\n{");
  EXPECT_TRUE(half_body.ended());
  EXPECT_EQ(ask(get("/v1/slow/500")).status, 200);  // a handler has its own deadline
}

TEST_F(HttpServer, EndsConnectionsThatDoNotRead) {
  server_settings how;
  how.write_max = 300ms;
  serve(how);
  auto client = connect();
  for (int i = 0; i < 20; ++i)
    client.send(get("/v1/big"));
  const auto& open = metrics_.gauge("boxoffice_http_connections", "Open connections");
  EXPECT_TRUE(eventually([&] { return open.value() == 1; }));
  EXPECT_TRUE(eventually([&] { return open.value() == 0; }));
}

// Answers that are taken at no more than 1.6 MB/s. Returns how many bytes came.
std::size_t take_slowly(raw_client client, const std::string& ask_for_big, std::size_t wanted) {
  client.bound_receive_buffer(64 * 1024);
  client.send(ask_for_big + ask_for_big);
  boost::asio::io_context own;
  std::size_t taken = 0;
  while (taken < wanted) {
    const auto size = client.take(64 * 1024);
    if (size == 0) break;
    taken += size;
    boost::asio::steady_timer{own, 40ms}.wait();
  }
  return taken;
}

TEST_F(HttpServer, AReaderThatIsSlowAndSteadyGetsTheWholeAnswer) {
  server_settings how;
  how.write_max = 700ms;
  serve(how);
  EXPECT_GE(take_slowly(connect(), get("/v1/big"), 6'000'000), 6'000'000U);
  const auto compressed = get("/v1/noise", "Accept-Encoding: gzip\r\n");
  const auto size = ask(compressed).body.size();
  EXPECT_GT(size, 2'000'000U);
  EXPECT_GE(take_slowly(connect(), compressed, 2 * size), 2 * size);
}

TEST_F(HttpServer, AReaderBelowTheLeastRateIsCut) {
  server_settings how;
  how.write_max = 700ms;
  how.write_bytes_min = 2'500'000;
  serve(how);
  EXPECT_LT(take_slowly(connect(), get("/v1/big"), 6'000'000), 6'000'000U);
  EXPECT_EQ(connect().ask(get("/healthz")).status, 200);
}

TEST_F(HttpServer, StopAnswersWhatIsInFlightAndClosesTheRest) {
  serve();
  auto idle = connect();
  idle.ask(get("/healthz"));
  auto busy = connect();
  busy.send(get("/v1/slow/400"));
  await_in_flight(metrics_);
  const auto port = server_->address().port;
  std::thread stopper{[&] { server_->stop(); }};
  const auto answer = busy.receive();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("connection"), "close");
  EXPECT_TRUE(idle.ended());
  stopper.join();
  EXPECT_THROW(raw_client{port}, boost::system::system_error);
}

TEST_F(HttpServer, StopAnswersWhatIsOnItsWayOnConnectionsThatAreOpen) {
  server_settings how;
  how.drain_idle = 20s;
  how.linger_max = 100ms;
  serve(how);
  auto used = connect(), unused = connect();
  EXPECT_FALSE(used.ask(get("/healthz")).headers.contains("connection"));
  const auto port = server_->address().port;
  std::thread stopper{[&] { server_->stop(); }};
  EXPECT_TRUE(eventually([&] {
    try {
      return connect().ask(get("/healthz")).headers.contains("connection");
    } catch (const boost::system::system_error&) {
      return true;
    }
  }));
  for (auto* each : {&used, &unused}) {
    const auto answer = each->ask(get("/healthz"));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.headers.at("connection"), "close");
    EXPECT_TRUE(each->ended());
  }
  stopper.join();
  EXPECT_THROW(raw_client{port}, boost::system::system_error);
}

TEST_F(HttpServer, StopDoesNotWaitForeverForAHandler) {
  server_settings how;
  how.drain_max = 100ms;
  serve(how);
  auto busy = connect();
  busy.send(get("/v1/slow/60000"));
  await_in_flight(metrics_);
  const auto begin = std::chrono::steady_clock::now();
  server_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);
}

TEST_F(HttpServer, ServesManyConnectionsWithSeveralIoThreads) {
  server_settings how;
  how.io_threads = 3;
  serve(how);
  std::vector<std::thread> clients;
  std::atomic<int> good{0};
  clients.reserve(16);
  for (int c = 0; c < 16; ++c)
    clients.emplace_back([&, c] {
      auto client = connect();
      for (int i = 0; i < 100; ++i)
        if (client.ask(get("/v1/things/" + std::to_string(c * 1000 + i))).json()["argument"] ==
            std::to_string(c * 1000 + i))
          ++good;
    });
  for (auto& each : clients)
    each.join();
  EXPECT_EQ(good, 1600);
}

TEST_F(HttpServer, ListensOnceOnOnePort) {
  serve();
  server_settings how;
  how.listen.port = server_->address().port;
  EXPECT_NE(how.listen.port, 0);
  server second{how, nullptr, clock_, metrics_};
  EXPECT_THROW(second.start(router{}), listen_error);
}

}  // namespace
}  // namespace boxoffice::http
