#include "tests/system/eventually.hpp"
#include "tests/system/plain_client.hpp"
#include "tests/system/running_server.hpp"

#include <chrono>
#include <csignal>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr int failed_to_run = 1;
constexpr int bad_usage = 2;
constexpr int data_dir_in_use = 3;

struct ended_process {
  std::optional<int> code;
  std::string output;
  std::string errors;
};

/// Runs the binary until it ends by itself.
ended_process run(const std::vector<std::string>& arguments) {
  const rush::scratch_directory scratch{"boxoffice-test"};
  rush::child_process child{server_binary(), arguments, scratch.path() / "errors"};
  ended_process out;
  out.output = child.read_rest(seconds{20});
  out.code = child.wait(seconds{20});
  out.errors = child.error_text();
  return out;
}

bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Process, PrintsItsVersion) {
  const auto ended = run({"version"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_TRUE(ended.output.starts_with("boxoffice ")) << ended.output;
}

TEST(Process, ExplainsEachCommandWithAnExample) {
  for (const std::string command : {"serve", "migrate", "audit", "version"}) {
    const auto ended = run({command, "--help"});
    EXPECT_EQ(ended.code, 0) << command;
    EXPECT_TRUE(mentions(ended.output, "boxoffice " + command)) << ended.output;
    EXPECT_EQ(ended.errors, "") << command;
  }
  const auto all = run({"--help"});
  EXPECT_EQ(all.code, 0);
  for (const std::string command : {"serve", "migrate", "audit", "version"})
    EXPECT_TRUE(mentions(all.output, command)) << all.output;
}

TEST(Process, RefusesBadSettingsAllAtOnce) {
  const rush::scratch_directory scratch{"boxoffice-test"};
  const auto data = (scratch.path() / "data").string();
  const auto ended =
      run({"serve", "--data-dir", data, "--set", "http.in_flight_max=many", "--set",
           "no.such_key=1", "--set", "auth.dev=perhaps", "--set", "reservation.hold_seconds=0"});
  EXPECT_EQ(ended.code, bad_usage);
  for (const std::string key :
       {"http.in_flight_max", "no.such_key", "auth.dev", "reservation.hold_seconds"})
    EXPECT_TRUE(mentions(ended.errors, key)) << key << " is missing in:\n" << ended.errors;
  EXPECT_EQ(ended.output, "");
  EXPECT_FALSE(std::filesystem::exists(data)) << "a server that does not start leaves nothing";
}

TEST(Process, RefusesAddressesThatCannotBeBeforeAnythingIsMade) {
  const rush::scratch_directory scratch{"boxoffice-test"};
  const auto data = (scratch.path() / "data").string();
  for (const std::string setting :
       {"url=platform.example/in", "url=gopher://platform.example/", "url=https://",
        "url=https://who:what@platform.example/in", "url=http://platform.example:70000/in",
        "url=http://platform.example/in#here", "ca_file=/no/such/file", "secret=open-sesame",
        "previous_secret=whsec_c2hvcnQ="}) {
    const auto ended = run({"serve", "--data-dir", data, "--set", "auth.dev=true", "--set",
                            "data_platform." + setting});
    EXPECT_EQ(ended.code, bad_usage) << setting;
    EXPECT_TRUE(mentions(ended.errors, "data_platform." + setting.substr(0, setting.find('='))))
        << ended.errors;
    EXPECT_FALSE(mentions(ended.errors, "who:what")) << ended.errors;
    EXPECT_FALSE(std::filesystem::exists(data)) << setting;
  }
  const auto expect_refused = [&](const std::string& kind, const std::string& key,
                                  const std::string& url) {
    for (const std::string command : {"serve", "migrate", "audit"}) {
      std::vector<std::string> line{command, "--data-dir", data,           "--set",
                                    kind,    "--set",      key + "=" + url};
      if (kind.starts_with("store."))
        for (const std::string other : {"concert", "reservation", "payment"})
          line.insert(line.end(), {"--set", "store." + other + ".url=postgresql://h/d"});
      if (command == "serve") line.insert(line.end(), {"--set", "auth.dev=true"});
      const auto ended = run(line);
      EXPECT_EQ(ended.code, bad_usage) << command << " " << url << ended.errors;
      EXPECT_TRUE(mentions(ended.errors, key + " must ")) << ended.errors;
      EXPECT_FALSE(mentions(ended.errors, "what@")) << ended.errors;
      EXPECT_FALSE(std::filesystem::exists(data)) << url;
    }
  };
  for (const std::string url :
       {"cache.example:6379", "http://cache.example", "rediss://cache.example", "redis://",
        "redis://who:what@h:0", "redis://who:what@h:65536", "redis://who:wh%at@h",
        "redis://who:what@[::1", "redis://who@h", "redis://who:what@h?colour=1",
        "redis+unix://run/redis.sock", "redis-sentinel://who:what@h,i"})
    expect_refused("queue_ranking.kind=redis", "queue_ranking.url", url);
  for (const std::string url :
       {"db.example/point", "mysql://who:what@h/point", "postgresql://who:what@h:0/point",
        "postgresql://who:what@h:65536/point", "postgresql://who:wh%at@h/point",
        "postgresql://who:what@[::1/point", "postgresql://who:what@h/point?colour=1",
        "host=h password='what@"})
    expect_refused("store.kind=postgres", "store.point.url", url);
  for (const std::string server : {"platform.example", "http://h:0", "https://who:what@h"}) {
    const auto ended = run({"sagas", "list", "--server", server, "--token", "x"});
    EXPECT_EQ(ended.code, bad_usage) << server;
    EXPECT_TRUE(mentions(ended.errors, "the server's address must")) << ended.errors;
    EXPECT_FALSE(mentions(ended.errors, "who:what")) << ended.errors;
  }
}

TEST(Process, RefusesAnUnknownCommand) {
  const auto ended = run({"sell"});
  EXPECT_EQ(ended.code, bad_usage);
  EXPECT_TRUE(mentions(ended.errors, "sell")) << ended.errors;
}

TEST(Process, RefusesDevelopmentTokensOnAnOpenAddress) {
  const rush::scratch_directory scratch{"boxoffice-test"};
  const auto ended = run({"serve", "--data-dir", (scratch.path() / "data").string(), "--listen",
                          "0.0.0.0:0", "--set", "auth.dev=true"});
  EXPECT_EQ(ended.code, bad_usage);
  EXPECT_TRUE(mentions(ended.errors, "auth.dev")) << ended.errors;
}

TEST(Process, RefusesADataDirectoryThatIsInUse) {
  running_server first;
  const auto ended = run({"serve", "--data-dir", first.data_dir().string(), "--listen",
                          "127.0.0.1:0", "--set", "auth.dev=true"});
  EXPECT_EQ(ended.code, data_dir_in_use);
  EXPECT_TRUE(mentions(ended.errors, first.data_dir().string())) << ended.errors;
  EXPECT_TRUE(mentions(ended.errors, "in use")) << ended.errors;
  EXPECT_EQ(run({"migrate", "--data-dir", first.data_dir().string()}).code, data_dir_in_use);

  rush::blocking_client client{first.url()};
  EXPECT_EQ(client.get("/readyz").status, 200) << "the first goes on";
}

TEST(Process, RefusesAPortThatIsInUse) {
  running_server first;
  const auto address = first.url().substr(std::string{"http://"}.size());
  const rush::scratch_directory scratch{"boxoffice-test"};
  const auto ended = run({"serve", "--data-dir", (scratch.path() / "data").string(), "--listen",
                          address, "--set", "auth.dev=true"});
  EXPECT_EQ(ended.code, failed_to_run);
  EXPECT_TRUE(mentions(ended.errors, address)) << ended.errors;
  EXPECT_FALSE(mentions(ended.output, "ready")) << ended.output;
}

TEST(Process, StopsUnderLoadAndKeepsWhatItAcknowledged) {
  running_server server;
  rush_on rush{server,
               {.seats = 100, .waiting_room = std::nullopt, .hold = seconds{20}},
               {.buyers = 200, .seed = announced_seed(21)}};
  auto asked_at = steady_clock::now();
  rush.at(150, [&] {
    asked_at = steady_clock::now();
    server.process().process().send_signal(SIGTERM);
  });
  rush.finish();
  EXPECT_EQ(server.process().process().wait(seconds{12}), 0);
  EXPECT_LT(steady_clock::now() - asked_at, seconds{13});

  const auto left = server.read_books();
  EXPECT_EQ(to_text(check_books(left, rush.log(), rush.sale(), rush::books_are::in_motion)), "");
  EXPECT_EQ(rush.measured().statuses().count(500), 0U);

  server.start();
  EXPECT_TRUE(eventually([&] { return open_payments(server.read_books()).empty(); }));
}

TEST(Process, ServesOnAfterAHangUp) {
  running_server server;
  auto& process = server.process().process();
  for (int i = 0; i < 3; ++i) {
    process.send_signal(SIGHUP);
    EXPECT_FALSE(process.wait(milliseconds{100}).has_value());
    EXPECT_EQ(plain_client{server.url()}.send({.target = "/healthz"}).status, 200);
  }
  process.send_signal(SIGTERM);
  EXPECT_EQ(process.wait(seconds{12}), 0);
}

TEST(Process, EndsAtOnceAtTheSecondSignal) {
  running_server server;
  // Half a request keeps the first signal waiting.
  const auto where = rush::parse_url(server.url());
  boost::asio::io_context context;
  boost::asio::ip::tcp::socket socket{context};
  socket.connect(where);
  boost::asio::write(socket,
                     boost::asio::buffer(std::string{"POST /v1/points/charges HTTP/1.1\r\n"
                                                     "Host: x\r\nContent-Length: 100\r\n"}));
  auto& process = server.process().process();
  process.send_signal(SIGTERM);
  // Two signals that come at once are one signal; the second has to find the first taken, which
  // shows in the port no longer accepting anybody, or in the end of the process.
  EXPECT_TRUE(eventually([&] {
    boost::asio::ip::tcp::socket another{context};
    boost::system::error_code refused;
    another.connect(where, refused);
    return refused || process.wait(milliseconds{0}).has_value();
  }));
  process.send_signal(SIGTERM);
  EXPECT_TRUE(process.wait(seconds{2}).has_value());
}

TEST(Process, IsReadyAgainSoonAfterAKill) {
  running_server server;
  rush_on rush{server,
               {.seats = 50, .waiting_room = std::nullopt, .hold = seconds{20}},
               {.buyers = 100, .seed = announced_seed(22)}};
  rush.run_until(200, [&] { server.process().kill_hard(); });
  const auto killed = steady_clock::now();
  server.start();
  EXPECT_LT(steady_clock::now() - killed, seconds{3});
  rush::blocking_client client{server.url()};
  EXPECT_EQ(client.get("/readyz").status, 200);
  EXPECT_EQ(server.process().stop(), 0);
}

TEST(Process, StartsOnItsOwnDataAfterACleanStop) {
  running_server server;
  const auto sale = open_sale(server, {.seats = 10, .waiting_room = std::nullopt});
  EXPECT_EQ(server.process().stop(), 0);
  server.start();
  rush::blocking_client client{server.url()};
  const auto found = client.get("/v1/schedules/" + sale.schedule_id);
  ASSERT_EQ(found.status, 200) << found.body;
  EXPECT_EQ(found.value().at("seatCount"), 10);
}

}  // namespace
}  // namespace boxoffice::system_test
