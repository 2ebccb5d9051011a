// Live streams of a real server: what changes is told, and what is told is true.
#include "tests/http/stream_client.hpp"
#include "tests/rush/connection_pool.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/open_house.hpp"

#include <algorithm>
#include <csignal>
#include <deque>
#include <string>
#include <thread>
#include <vector>

namespace boxoffice::system_test {
namespace {

using http::live_event;
using http::stream_client;

std::uint16_t port_of(const std::string& url) { return rush::parse_url(url).port(); }

/// The letters of a map, as `GET …/seats` and a stream say them.
std::string letters_of(const json& seats) {
  std::string out;
  for (const auto& each : seats)
    out += each.at("status").get<std::string>()[0];
  return out;
}

/// A reader that keeps the map of a schedule by its stream.
class map_reader {
 public:
  map_reader(const std::string& url, const std::string& schedule) : map_reader{url, schedule, {}} {}
  map_reader(const std::string& url, const std::string& schedule, const std::string& last_id)
      : client_{port_of(url)} {
    const auto header = last_id.empty() ? std::string{} : "Last-Event-ID: " + last_id + "\r\n";
    status = client_.open("/v1/schedules/" + schedule + "/seats/stream", header);
  }

  /// Reads on until the map has these letters; false when the stream ends before.
  bool reaches(const std::string& wanted) {
    while (letters != wanted)
      if (!next()) return false;
    return true;
  }
  /// Reads on until it has that version, or a later one.
  bool follows_to(std::uint64_t wanted) {
    while (version < wanted)
      if (!next()) return false;
    return true;
  }
  std::optional<live_event> next() {
    auto event = client_.next();
    if (!event) return event;
    const auto data = event->json();
    if (event->name == "hello") hello = data;
    if (event->name == "snapshot") take_map(data);
    if (event->name == "delta") take_changes(data);
    if (!event->id.empty()) last_id = event->id;
    return event;
  }
  stream_client& client() { return client_; }

  int status{0};
  json hello;
  std::string letters, last_id;
  std::uint64_t version{0};

 private:
  void take_map(const json& data) {
    const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    letters.clear();
    std::uint64_t bits = 0;
    unsigned kept = 0;
    for (const char c : data.at("states").get<std::string>()) {
      bits = bits << 6U | digits.find(c);
      for (kept += 6; kept >= 8; kept -= 8)
        for (unsigned k = 0; k < 4; ++k)
          letters += "AHS"[bits >> (kept - 8) >> (2 * k) & 3U];
    }
    letters.resize(hello.at("seatCount").get<std::size_t>());
    version = data.at("version");
  }
  void take_changes(const json& data) {
    EXPECT_EQ(data.at("from"), version);
    version = data.at("to");
    for (const auto& [name, letter] : {std::pair{"a", 'A'}, {"h", 'H'}, {"s", 'S'}}) {
      const auto& runs = data.at(name);
      for (std::size_t i = 0; i + 1 < runs.size(); i += 2)
        for (std::size_t k = 0; k < runs[i + 1].get<std::size_t>(); ++k)
          letters.at(runs[i].get<std::size_t>() + k) = letter;
    }
  }

  stream_client client_;
};

class Streams : public open_house {
 protected:
  static json map_of(const sale& at) {
    return admin().get("/v1/schedules/" + at.schedule + "/seats").value();
  }
  static std::string changes_of(const sale& at, const std::string& query = {}) {
    return "/v1/schedules/" + at.schedule + "/seats/changes" + query;
  }
  static std::string bearer(const visitor& who) {
    return "Authorization: Bearer " + who.token() + "\r\n";
  }
  static double metric(const std::string& name) {
    const auto page = admin().get("/metrics").body;
    const auto at = page.find("\n" + name + " ");
    return at == std::string::npos ? 0 : std::stod(page.substr(at + name.size() + 2));
  }
};

TEST_F(Streams, TellsEverybodyWhatIsHeldAndSold) {
  const auto at = open_sale();
  map_reader first{server_->url(), at.schedule};
  map_reader second{server_->url(), at.schedule};
  ASSERT_EQ(first.status, 200);
  EXPECT_EQ(first.client().headers.at("content-type"), "text/event-stream");
  EXPECT_EQ(first.client().headers.at("cache-control"), "no-store, no-transform");
  EXPECT_EQ(first.client().headers.at("x-accel-buffering"), "no");
  EXPECT_TRUE(first.reaches("AAAAAAAAAA"));
  EXPECT_EQ(members(first.hello), (std::set<std::string>{"epoch", "version", "mode", "seatCount",
                                                         "flushMs", "heartbeatMs", "serverTime"}));
  EXPECT_EQ(first.hello.at("mode"), "snapshot");
  EXPECT_EQ(first.hello.at("heartbeatMs"), 15'000);
  auto ann = buyer_at(at);
  const auto reservation = held(ann, at, {"A-2", "A-3"});
  EXPECT_TRUE(first.reaches("AHHAAAAAAA"));
  const auto map = map_of(at);
  EXPECT_EQ(map.at("version"), first.version) << "the same version is the same map";
  EXPECT_EQ(letters_of(map.at("seats")), first.letters);
  paid(ann, reservation);
  EXPECT_TRUE(first.reaches("ASSAAAAAAA"));
  EXPECT_TRUE(second.reaches("ASSAAAAAAA"));
}

TEST_F(Streams, TellsOfAHoldThatIsOver) {
  auto body = schedule_on_sale(1, 4);
  body["holdSeconds"] = 1;
  const auto at = open_sale(body);
  map_reader reader{server_->url(), at.schedule};
  EXPECT_TRUE(reader.reaches("AAAA"));
  auto ann = buyer_at(at);
  held(ann, at, {"A-1"});
  EXPECT_TRUE(reader.reaches("HAAA"));
  EXPECT_TRUE(reader.reaches("AAAA"));
  EXPECT_EQ(map_of(at).at("version"), reader.version);
}

TEST_F(Streams, GoesOnWhereAReaderWasCut) {
  const auto at = open_sale();
  map_reader reader{server_->url(), at.schedule};
  EXPECT_TRUE(reader.reaches("AAAAAAAAAA"));
  const auto last_id = reader.last_id;
  const auto known = reader.version;
  reader.client().close();
  auto ann = buyer_at(at);
  held(ann, at, {"A-1"});
  map_reader again{server_->url(), at.schedule, last_id};
  again.letters = reader.letters;
  again.version = known;
  EXPECT_TRUE(again.reaches("HAAAAAAAAA"));
  EXPECT_EQ(again.hello.at("mode"), "resume");
  map_reader foreign{server_->url(), at.schedule, "1." + std::to_string(known)};
  EXPECT_TRUE(foreign.reaches("HAAAAAAAAA"));
  EXPECT_EQ(foreign.hello.at("mode"), "snapshot");
  map_reader odd{server_->url(), at.schedule, "not one of ours"};
  EXPECT_TRUE(odd.reaches("HAAAAAAAAA"));

  stream_client by_query{port_of(server_->url())};
  const auto target = "/v1/schedules/" + at.schedule + "/seats/stream?since=";
  ASSERT_EQ(by_query.open(target + again.last_id), 200);
  EXPECT_EQ(by_query.next("hello")->json().at("mode"), "resume");
  EXPECT_EQ(faults_of_problem(admin().get(target + "7"), 400, "invalid_field"), "");
  EXPECT_EQ(
      faults_of_problem(admin().get("/v1/schedules/sch_1/seats/stream"), 404, "schedule_not_found"),
      "");
}

TEST_F(Streams, EveryReaderOfARushEndsWithTheMap) {
  const auto at = open_sale(schedule_on_sale(10, 20));
  std::deque<map_reader> readers;
  for (int i = 0; i < 20; ++i)
    readers.emplace_back(server_->url(), at.schedule);
  std::vector<std::string> bought;
  for (int i = 0; i < 25; ++i) {
    auto who = buyer_at(at);
    const auto reservation = who.hold(at.schedule, {{"bestAvailable", {{"count", 4}}}})
                                 .value()
                                 .value("reservationId", std::string{});
    if (i % 3 == 0) {
      EXPECT_EQ(who.remove("/v1/reservations/" + reservation).status, 204);
    }
    if (i % 3 == 1) paid(who, reservation);
  }
  const auto map = map_of(at);
  for (auto& each : readers) {
    EXPECT_TRUE(each.follows_to(map.at("version")));
    EXPECT_EQ(each.version, map.at("version"));
    EXPECT_EQ(each.letters, letters_of(map.at("seats")));
  }
}

TEST_F(Streams, AnswersWhoCannotStream) {
  const auto at = open_sale();
  const auto whole = admin().get(changes_of(at)).value();
  EXPECT_EQ(whole.at("mode"), "snapshot");
  EXPECT_EQ(whole.at("version"), map_of(at).at("version"));
  const auto since = std::to_string(whole.at("epoch").get<std::uint64_t>()) + '.' +
                     std::to_string(whole.at("version").get<std::uint64_t>());
  const auto nothing = admin().get(changes_of(at, "?waitSeconds=1&since=" + since)).value();
  EXPECT_EQ(nothing.at("mode"), "resume");
  EXPECT_EQ(nothing.at("to"), whole.at("version"));
  auto ann = buyer_at(at);
  json later;
  std::thread waiting{[&] {
    later = visitor{server_->url(), "poller"}
                .get(changes_of(at, "?waitSeconds=25&since=" + since))
                .value();
  }};
  held(ann, at, {"A-4"});
  waiting.join();
  EXPECT_EQ(later.at("mode"), "resume");
  EXPECT_EQ(later.at("from"), whole.at("version"));
  EXPECT_EQ(later.at("h"), json({3, 1}));
  EXPECT_EQ(later.at("available"), 9);
  for (const std::string query : {"?waitSeconds=26", "?waitSeconds=x", "?since=1", "?until=1.1"}) {
    EXPECT_EQ(faults_of_problem(admin().get(changes_of(at, query)), 400, "invalid_field"), "")
        << query;
  }
}

TEST_F(Streams, TellsAPlaceInLineUntilItIsOver) {
  const auto concert = admin().open_concert({{"activeMax", 1}, {"admitPerSecond", 100}});
  const auto schedule = admin().open_schedule(concert, schedule_on_sale(1, 4));
  auto ann = newcomer();
  auto ben = newcomer();
  ASSERT_EQ(ann.join(concert).status, 201);
  ASSERT_EQ(ben.join(concert).status, 201);
  const auto path = "/v1/queue/tokens/" + ben.queue_token();
  EXPECT_EQ(faults_of_problem(ann.get(path + "/stream"), 404, "not_found"), "");
  EXPECT_EQ(plain_client{server_->url()}.send({.target = path + "/stream"}).status, 401);

  const auto polled = ben.get(path).value();
  EXPECT_EQ(members(polled),
            (std::set<std::string>{"token", "concertId", "status", "position", "etaSeconds",
                                   "expiresAt", "etaRange", "seatsLeft", "odds"}));
  EXPECT_EQ(polled.at("etaRange").at("p50"), polled.at("etaSeconds"));
  EXPECT_GE(polled.at("etaRange").at("p90"), polled.at("etaSeconds"));
  EXPECT_EQ(polled.at("seatsLeft"), 4);
  EXPECT_EQ(polled.at("odds"), "good");

  stream_client reader{port_of(server_->url())};
  ASSERT_EQ(reader.open(path + "/stream", bearer(ben)), 200);
  const auto place = reader.next()->json();
  EXPECT_EQ(members(place), (std::set<std::string>{"status", "position", "etaSeconds", "seatsLeft",
                                                   "odds", "expiresAt", "serverTime"}));
  EXPECT_EQ(place.at("status"), "WAITING");
  EXPECT_EQ(place.at("position"), 1);
  EXPECT_EQ(place.at("etaSeconds").at("p50"), polled.at("etaSeconds"));

  EXPECT_EQ(ann.charge(1'000'000).status, 201);
  held(ann, {concert, schedule}, {"A-1", "A-2", "A-3", "A-4"});
  for (auto event = reader.next("place"); event; event = reader.next("place"))
    if (event->json().at("odds") == "none") break;
  EXPECT_EQ(ann.remove("/v1/queue/tokens/" + ann.queue_token()).status, 204);
  const auto active = reader.next("active");
  ASSERT_TRUE(active);
  EXPECT_TRUE(active->json().contains("expiresAt"));
  EXPECT_EQ(ben.remove(path).status, 204);
  const auto over = reader.next("over");
  ASSERT_TRUE(over);
  EXPECT_EQ(over->json().at("status"), "LEFT");
  EXPECT_FALSE(reader.next());
  EXPECT_TRUE(reader.ended_whole());
}

TEST_F(Streams, TakesATicketOnceAndForItsStreamAlone) {
  const auto concert = admin().open_concert();
  auto ann = newcomer();
  ASSERT_EQ(ann.join(concert).status, 201);
  const auto path = "/v1/queue/tokens/" + ann.queue_token() + "/stream";
  const auto ticket_for = [&](const std::string& wanted) {
    const auto given = ann.post("/v1/streams/tickets", {{"path", wanted}});
    EXPECT_EQ(given.status, 201) << given.body;
    EXPECT_TRUE(given.value().contains("expiresAt"));
    return given.value().value("ticket", std::string{});
  };
  const auto ticket = ticket_for(path);
  stream_client reader{port_of(server_->url())};
  ASSERT_EQ(reader.open(path + "?ticket=" + ticket), 200);
  EXPECT_EQ(reader.next("place")->json().at("status"), "ACTIVE");
  plain_client nobody{server_->url()};
  const auto refused = [&](const std::string& target) {
    return faults_of_problem(nobody.send({.target = target}), 401, "unauthenticated");
  };
  EXPECT_EQ(refused(path + "?ticket=" + ticket), "") << "once";
  EXPECT_EQ(refused(path + "?ticket=nonsense"), "");
  const auto other = ticket_for("/v1/schedules/sch_1/seats/stream");
  EXPECT_EQ(refused(path + "?ticket=" + other), "") << "of another stream";
  EXPECT_EQ(faults_of_problem(ann.post("/v1/streams/tickets", {{"path", "/v1/points"}}), 400,
                              "invalid_field"),
            "");
  EXPECT_EQ(faults_of_problem(nobody.send({.method = "POST",
                                           .target = "/v1/streams/tickets",
                                           .headers = {{"Content-Type", "application/json"}},
                                           .body = "{}"}),
                              401, "unauthenticated"),
            "");
  EXPECT_EQ(faults_of_problem(nobody.send({.target = "/v1/points?ticket=" + ticket_for(path)}), 401,
                              "unauthenticated"),
            "")
      << "not for what is no stream";
}

TEST_F(Streams, CountsWhoReads) {
  const auto at = open_sale();
  const auto before = metric("boxoffice_streams_open");
  {
    map_reader reader{server_->url(), at.schedule};
    EXPECT_TRUE(reader.reaches("AAAAAAAAAA"));
    EXPECT_EQ(metric("boxoffice_streams_open"), before + 1);
  }
  EXPECT_TRUE(eventually([&] { return metric("boxoffice_streams_open") == before; }));
  EXPECT_GE(metric(R"(boxoffice_streams_closed_total{reason="client"})"), 1);
}

TEST(StreamsOfAServer, EndWithAGoodbyeAndGoOnUnderAnotherEpoch) {
  running_server server{{"log.level=debug", "http.streams_max=2"}};
  visitor admin{server.url(), "admin1", "admin"};
  const auto concert = admin.open_concert();
  const auto schedule = admin.open_schedule(concert, schedule_on_sale(1, 4));
  visitor ann{server.url(), "ann"};
  ASSERT_EQ(ann.join(concert).status, 201);
  const auto queue = "/v1/queue/tokens/" + ann.queue_token() + "/stream";
  const auto ticket =
      ann.post("/v1/streams/tickets", {{"path", queue}}).value().value("ticket", std::string{});

  map_reader reader{server.url(), schedule};
  EXPECT_TRUE(reader.reaches("AAAA"));
  stream_client place{port_of(server.url())};
  ASSERT_EQ(place.open(queue + "?ticket=" + ticket), 200);
  const auto full = admin.get("/v1/schedules/" + schedule + "/seats/stream");
  EXPECT_EQ(faults_of_problem(full, 503, "overloaded"), "");
  EXPECT_NE(full.header("Retry-After"), "");
  EXPECT_EQ(admin.get("/v1/schedules/" + schedule + "/seats").status, 200);

  const auto epoch = reader.hello.at("epoch");
  const auto last_id = reader.last_id;
  server.process().process().send_signal(SIGTERM);
  std::optional<live_event> bye;
  for (auto event = reader.next(); event; event = reader.next())
    bye = event;
  ASSERT_TRUE(bye);
  EXPECT_EQ(bye->name, "bye");
  EXPECT_EQ(bye->json().at("reason"), "shutdown");
  EXPECT_GT(bye->json().at("retryMs"), 0);
  EXPECT_TRUE(reader.client().ended_whole());
  EXPECT_EQ(place.next("bye")->json().at("reason"), "shutdown");
  reader.client().close();
  place.close();
  EXPECT_EQ(server.process().process().wait(std::chrono::seconds{12}), 0);
  EXPECT_EQ(server.process().process().error_text().find(ticket), std::string::npos)
      << "a ticket is never in a log";

  server.start();
  map_reader again{server.url(), schedule, last_id};
  EXPECT_TRUE(again.reaches("AAAA"));
  EXPECT_EQ(again.hello.at("mode"), "snapshot");
  EXPECT_GT(again.hello.at("epoch"), epoch);
}

}  // namespace
}  // namespace boxoffice::system_test
