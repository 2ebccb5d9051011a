// The operators' live stream: the figures of one server, and of a house of several processes.
#include "tests/http/stream_client.hpp"
#include "tests/rush/connection_pool.hpp"
#include "tests/system/open_house.hpp"

#include <algorithm>
#include <csignal>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace boxoffice::system_test {
namespace {

using http::stream_client;

const std::string stream_path{"/v1/admin/stream"};

std::string bearer(const visitor& who) { return "Authorization: Bearer " + who.token() + "\r\n"; }

/// An operator who reads.
class console {
 public:
  explicit console(const std::string& url) : client_{rush::parse_url(url).port()} {
    status = client_.open(stream_path, bearer(visitor{url, "op1", "operator"}));
  }
  /// Reads on until a summary is so; null when the stream ends before.
  json until(const std::function<bool(const json&)>& so) {
    for (auto event = client_.next("summary"); event; event = client_.next("summary"))
      if (so(event->json())) return event->json();
    return nullptr;
  }
  json first() {
    return until([](const json&) { return true; });
  }
  stream_client& client() { return client_; }

  int status{0};

 private:
  stream_client client_;
};

bool is_silent(const json& summary, const std::string& service) {
  return std::ranges::count(summary.at("silent"), json(service)) > 0;
}

class Figures : public open_house {};

TEST_F(Figures, TellWhatIsSoldHeldAndWaiting) {
  console reader{server_->url()};
  ASSERT_EQ(reader.status, 200);
  EXPECT_EQ(reader.client().headers.at("content-type"), "text/event-stream");
  EXPECT_EQ(reader.client().headers.at("cache-control"), "no-store, no-transform");
  const auto hello = reader.client().next()->json();
  EXPECT_EQ(members(hello), (std::set<std::string>{"everyMs", "heartbeatMs", "serverTime"}));
  const auto before = reader.first();
  EXPECT_EQ(members(before),
            (std::set<std::string>{"serverTime", "seats", "sold", "held", "waiting", "admitted",
                                   "purchasesPerSecond", "refusalsPerSecond", "sagas", "outbox",
                                   "stores", "gateway", "nodes", "problems", "silent"}));
  EXPECT_EQ(before.at("silent"), json::array()) << before.dump();

  const auto at = open_sale();
  auto ann = buyer_at(at);
  auto ben = buyer_at(at);
  paid(ann, held(ann, at, {"A-1", "A-2"}));
  held(ben, at, {"A-3", "A-4", "A-5"});
  auto late = buyer_at(at, 0);
  EXPECT_EQ(late.hold(at.schedule, {{"seats", {"A-3"}}}).status, 409);
  const auto number = [&before](const char* name) { return before.at(name).get<std::int64_t>(); };
  const auto after = reader.until([&](const json& now) {
    return now.at("sold") == number("sold") + 2 && now.at("held") == number("held") + 3 &&
           now.at("admitted") > number("admitted");
  });
  ASSERT_FALSE(after.is_null());
  EXPECT_EQ(after.at("seats"), number("seats") + 10);
  EXPECT_EQ(after.at("sagas").at("parked"), 0);
  std::set<std::string> consumers, stores;
  for (const auto& each : after.at("outbox"))
    consumers.insert(each.at("consumer"));
  for (const auto& each : after.at("stores"))
    stores.insert(each.at("store"));
  EXPECT_EQ(consumers, (std::set<std::string>{"queue", "best_selling", "sold_out"}));
  EXPECT_EQ(stores,
            (std::set<std::string>{"concert", "reservation", "point", "payment", "queue_ranking"}));
  EXPECT_FALSE(after.at("nodes").empty());
}

TEST_F(Figures, TellHowManyBuyAndAreRefused) {
  console reader{server_->url()};
  reader.first();
  const auto at = open_sale();
  auto ann = buyer_at(at);
  paid(ann, held(ann, at, {"A-1"}));
  auto late = buyer_at(at, 0);
  EXPECT_EQ(late.hold(at.schedule, {{"seats", {"A-1"}}}).status, 409);
  bool bought = false;
  bool refused = false;
  bool committed = false;
  const auto last = reader.until([&](const json& now) {
    const auto is_some = [](const json& value) { return value.is_number() && value > 0; };
    bought = bought || is_some(now.at("purchasesPerSecond"));
    refused = refused || is_some(now.at("refusalsPerSecond"));
    for (const auto& each : now.at("stores"))
      if (each.at("store") == "payment") committed = committed || is_some(each.at("p99Ms"));
    return bought && refused && committed && is_some(now.at("gateway").at("p99Ms"));
  });
  EXPECT_FALSE(last.is_null());
}

TEST_F(Figures, AreForOperatorsAndTheirTicketsAlone) {
  plain_client nobody{server_->url()};
  EXPECT_EQ(faults_of_problem(nobody.send({.target = stream_path}), 401, "unauthenticated"), "");
  auto ann = newcomer();
  EXPECT_EQ(faults_of_problem(ann.get(stream_path), 403, "forbidden"), "");
  EXPECT_EQ(faults_of_problem(admin().get(stream_path + "?since=1.1"), 400, "invalid_field"), "");
  const auto ticket_of = [&](visitor& who) {
    const auto given = who.post("/v1/streams/tickets", {{"path", stream_path}});
    EXPECT_EQ(given.status, 201) << given.body;
    return given.value().value("ticket", std::string{});
  };
  EXPECT_EQ(faults_of_problem(nobody.send({.target = stream_path + "?ticket=" + ticket_of(ann)}),
                              403, "forbidden"),
            "")
      << "a ticket gives no role";
  visitor op{server_->url(), "op1", "operator"};
  stream_client reader{rush::parse_url(server_->url()).port()};
  const auto ticket = ticket_of(op);
  ASSERT_EQ(reader.open(stream_path + "?ticket=" + ticket), 200);
  EXPECT_TRUE(reader.next("summary"));
  EXPECT_EQ(faults_of_problem(nobody.send({.target = stream_path + "?ticket=" + ticket}), 401,
                              "unauthenticated"),
            "")
      << "once";
}

TEST(FiguresOfAServer, EndWithAGoodbyeAndWithinTheBoundOfStreams) {
  running_server server{std::vector<std::string>{"http.streams_max=1"}};
  console reader{server.url()};
  EXPECT_FALSE(reader.first().is_null());
  visitor op{server.url(), "op2", "operator"};
  EXPECT_EQ(faults_of_problem(op.get(stream_path), 503, "overloaded"), "");
  server.process().process().send_signal(SIGTERM);
  const auto bye = reader.client().next("bye");
  ASSERT_TRUE(bye);
  EXPECT_EQ(bye->json().at("reason"), "shutdown");
  EXPECT_FALSE(reader.client().next());
  EXPECT_TRUE(reader.client().ended_whole());
  EXPECT_EQ(server.process().process().wait(std::chrono::seconds{12}), 0);
}

// The gateway has no service of its own: all figures are of others.
TEST(FiguresOfAHouse, AreOfAllProcessesAndLackThoseThatAreAway) {
  rush::scratch_directory scratch{"boxoffice-figures"};
  service_nodes nodes{server_binary(), scratch.path(), {}};
  rush::server_process gateway{{.program = server_binary(),
                                .data_dir = scratch.path() / "gateway-data",
                                .settings = nodes.gateway_settings()}};
  visitor admin{gateway.url(), "admin1", "admin"};
  const auto concert = admin.open_concert();
  const auto schedule = admin.open_schedule(concert, schedule_on_sale(1, 10));
  visitor ann{gateway.url(), "ann"};
  ASSERT_EQ(ann.join(concert).status, 201);
  ASSERT_EQ(ann.charge(1'000'000).status, 201);
  const auto hold = ann.hold(schedule, {{"seats", {"A-1", "A-2"}}});
  ASSERT_EQ(hold.status, 201) << hold.body;
  ASSERT_EQ(ann.pay(hold.value().at("reservationId")).status, 201);

  console reader{gateway.url()};
  ASSERT_EQ(reader.status, 200);
  const auto whole = reader.until([](const json& now) {
    return now.at("silent").empty() && now.at("sold") == 2 && now.at("nodes").size() == 6 &&
           now.at("problems").empty();
  });
  ASSERT_FALSE(whole.is_null());
  EXPECT_EQ(whole.at("seats"), 10);
  EXPECT_EQ(whole.at("held"), 0);
  EXPECT_EQ(whole.at("sagas").at("open"), 0);

  nodes.kill_hard("payment");
  const auto without = reader.until([](const json& now) { return is_silent(now, "payment"); });
  ASSERT_FALSE(without.is_null());
  EXPECT_TRUE(is_silent(without, "outbox"));
  EXPECT_EQ(without.at("sagas"), nullptr);
  EXPECT_EQ(without.at("outbox"), nullptr);
  EXPECT_EQ(without.at("sold"), 2) << "the others are told all the same";
  EXPECT_EQ(without.at("held"), 0);

  nodes.start("payment");
  const auto back = reader.until([](const json& now) { return now.at("silent").empty(); });
  ASSERT_FALSE(back.is_null());
  EXPECT_EQ(back.at("sagas").at("parked"), 0);
}

}  // namespace
}  // namespace boxoffice::system_test
