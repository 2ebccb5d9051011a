// Against a server of this test that needs 50 ms for each answer, one after the other.
#include "bench/load/load_run.hpp"

#include "bench/load/asked_again.hpp"
#include "bench/load/requests.hpp"

#include <chrono>
#include <string>
#include <thread>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

namespace boxoffice::load {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr milliseconds answer_time{50};

class slow_server {
 public:
  slow_server() : thread_{[this] { serve(); }} {}
  ~slow_server() { thread_.join(); }
  slow_server(const slow_server&) = delete;
  slow_server& operator=(const slow_server&) = delete;
  [[nodiscard]] asio::ip::tcp::endpoint where() const { return acceptor_.local_endpoint(); }

 private:
  // Until the client goes away.
  void serve() {
    auto socket = acceptor_.accept();
    std::string bytes;
    boost::system::error_code failed;
    for (;;) {
      const auto size = asio::read_until(socket, asio::dynamic_buffer(bytes), "\r\n\r\n", failed);
      if (failed) return;
      bytes.erase(0, size);
      asio::steady_timer{io_, answer_time}.wait();
      const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
      asio::write(socket, asio::buffer(answer), failed);
      if (failed) return;
    }
  }

  asio::io_context io_{1};
  asio::ip::tcp::acceptor acceptor_{io_, {asio::ip::address_v4::loopback(), 0}};
  std::thread thread_;
};

load_result run(const load_plan& plan) {
  std::string request;
  write_get(request, "/");
  asked_again readers{{request}, 200};
  const slow_server server;
  return run_load(server.where(), readers, plan);
}

TEST(LoadRun, AClosedLoopSeesTheAnswerTimeOnly) {
  const auto found = run(
      {.connections = 1, .warm_up = milliseconds{0}, .measured = milliseconds{400}, .count = 4});
  EXPECT_EQ(found.done, 4U);
  EXPECT_EQ(found.failed, 0U) << found.failure;
  EXPECT_GE(found.latency.quantile(0.01), answer_time);
}

// A hundred a second are meant to begin, twenty can: the tenth answer comes 400 ms after its time.
TEST(LoadRun, AnOpenLoopCountsFromWhenItWasMeantToBegin) {
  const auto found = run({.connections = 1,
                          .rate = 100,
                          .warm_up = milliseconds{0},
                          .measured = std::chrono::seconds{10},
                          .count = 10});
  EXPECT_EQ(found.done, 10U);
  EXPECT_GE(found.latency.max(), milliseconds{390});
  EXPECT_LT(found.latency.quantile(0.01), found.latency.max());
}

TEST(LoadRun, WhoLosesPatienceGoesAway) {
  const auto found = run({.connections = 1,
                          .rate = 100,
                          .patience = milliseconds{100},
                          .warm_up = milliseconds{0},
                          .measured = milliseconds{600}});
  EXPECT_GT(found.given_up, 0U);
  EXPECT_LE(found.latency.quantile(0.5), milliseconds{400});
}

}  // namespace
}  // namespace boxoffice::load
