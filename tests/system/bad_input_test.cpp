#include "actors/payment/saga.hpp"
#include "tests/http/raw_client.hpp"
#include "tests/system/bad_input_cases.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/running_server.hpp"
#include "tests/system/visitor.hpp"

#include <algorithm>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <sstream>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

/// Every row of every table, as text, under `database.table`.
using store_dump = std::map<std::string, std::vector<std::string>>;

store_dump dump_stores(const std::filesystem::path& data_dir) {
  store_dump all;
  for (const std::string name : {"concert", "reservation", "point", "payment", "queue_ranking"}) {
    SQLite::Database db{(data_dir / (name + ".db")).string(), SQLite::OPEN_READONLY, 5000};
    db.exec("BEGIN");
    SQLite::Statement tables{db, "SELECT name FROM sqlite_master WHERE type = 'table'"};
    while (tables.executeStep()) {
      const auto table = tables.getColumn(0).getString();
      // How far the stores are is written once a second.
      if (table == "owner" || table == "seen") continue;
      auto& rows = all[std::string{name}.append(".").append(table)];
      SQLite::Statement found{db, "SELECT * FROM \"" + table + "\""};
      while (found.executeStep()) {
        std::string row;
        for (int i = 0; i < found.getColumnCount(); ++i)
          row.append(found.getColumnName(i))
              .append("=")
              .append(found.getColumn(i).getString())
              .append("|");
        rows.push_back(std::move(row));
      }
      std::ranges::sort(rows);
    }
  }
  return all;
}

std::string difference(const store_dump& before, const store_dump& after) {
  std::string out;
  for (const auto& [table, rows] : after) {
    const auto old = before.find(table);
    if (old == before.end()) return table + " is new";
    std::vector<std::string> more;
    std::vector<std::string> fewer;
    std::ranges::set_difference(rows, old->second, std::back_inserter(more));
    std::ranges::set_difference(old->second, rows, std::back_inserter(fewer));
    for (const auto& row : more)
      out.append(table).append(" + ").append(row).append("\n");
    for (const auto& row : fewer)
      out.append(table).append(" - ").append(row).append("\n");
  }
  return before.size() == after.size() ? out : out + "a table is gone";
}

class BadInput : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = std::make_unique<running_server>();
    visitor admin{server_->url(), "admin1", "admin"};
    visitor oper{server_->url(), "operator1", "operator"};
    visitor user{server_->url(), "user1"};
    visitor stranger{server_->url(), "stranger1"};
    auto& on = stage_.emplace();
    on.concert = admin.open_concert();
    on.other_concert = admin.open_concert();
    auto schedule = schedule_on_sale(2, 5);
    schedule["maxSeatsPerUser"] = 6;
    on.schedule = admin.open_schedule(on.concert, schedule);
    on.admin = admin.token();
    on.oper = oper.token();
    on.user = user.token();
    on.stranger = stranger.token();
    buy_and_hold(user, "A-1", "A-2", on.payment, on.held);
    buy_and_hold(stranger, "A-3", "A-4", on.strange_payment, on.strange_held);
    on.event = to_text(make_event_id(parse_id<payment_id>(on.payment).value_or(payment_id{1}),
                                     event_kind::payment_completed));
    on.spare = user.hold(on.schedule, {{"seats", {"A-5"}}}).value().at("reservationId");
    on.queue_token = user.queue_token();
    on.strange_queue_token = stranger.queue_token();
  }
  static void TearDownTestSuite() {
    stage_.reset();
    server_.reset();
  }

  static void buy_and_hold(visitor& who, const std::string& bought, const std::string& kept,
                           std::string& payment, std::string& reservation) {
    who.join(stage_->concert);
    ASSERT_EQ(who.charge(100'000).status, 201);
    const auto first = who.hold(stage_->schedule, {{"seats", {bought}}});
    ASSERT_EQ(first.status, 201) << first.body;
    const auto second = who.hold(stage_->schedule, {{"seats", {kept}}});
    ASSERT_EQ(second.status, 201) << second.body;
    const auto paid = who.pay(first.value().at("reservationId"));
    ASSERT_EQ(paid.status, 201) << paid.body;
    payment = paid.value().at("paymentId");
    reservation = second.value().at("reservationId");
  }

  /// The stores when everything that was acknowledged has also reached the boards.
  static store_dump settled_stores() {
    auto last = dump_stores(server_->data_dir());
    int quiet = 0;
    EXPECT_TRUE(eventually(
        [&] {
          auto now = dump_stores(server_->data_dir());
          quiet = difference(last, now).empty() ? quiet + 1 : 0;
          last = std::move(now);
          return quiet >= 40;
        },
        std::chrono::seconds{20}));
    return last;
  }

  static void send_all(const std::vector<bad_case>& cases) {
    plain_client client{server_->url()};
    for (const auto& each : cases) {
      SCOPED_TRACE(each.name);
      try {
        check(each, client.send(each.request));
      } catch (const std::exception& none) {
        ADD_FAILURE() << "no answer: " << none.what();
      }
    }
  }

  static void check(const bad_case& each, const plain_answer& answer) {
    EXPECT_EQ(faults_of_problem(answer, each.status, each.code), "");
    EXPECT_EQ(answer.header("WWW-Authenticate").empty(), each.status != 401);
    EXPECT_EQ(answer.header("Allow").empty(), each.status != 405);
    if (each.code != "invalid_field" && each.code != "unknown_field") return;
    const auto body = answer.value();
    ASSERT_TRUE(body.is_object() && body.contains("errors")) << answer.body;
    bool named = each.pointer.empty();
    for (const auto& error : body["errors"])
      named = named || (error.at("pointer") == each.pointer && error.at("detail") != "");
    EXPECT_TRUE(named) << each.pointer << " is not named in " << answer.body;
  }

  static inline std::unique_ptr<running_server> server_;
  static inline std::optional<stage> stage_;
};

TEST_F(BadInput, IsRefusedOnEveryRouteAndLeavesNoTrace) {
  const auto before = settled_stores();
  const auto cases = cases_without_trace(*stage_);
  std::cout << cases.size() << " cases\n";
  ASSERT_GT(cases.size(), 1000U);
  send_all(cases);
  EXPECT_EQ(difference(before, settled_stores()), "");
}

// In one piece, cut in the middle, and byte by byte.
TEST_F(BadInput, OfBytesIsRefusedHoweverItIsCutAndLeavesNoTrace) {
  const auto before = settled_stores();
  const auto port = rush::parse_url(server_->url()).port();
  const auto ask = [&](const std::string& bytes, std::size_t step) {
    http::raw_client client{port};
    for (std::size_t at = 0; at < bytes.size(); at += step)
      if (!client.send(std::string_view{bytes}.substr(at, step))) break;
    return client.receive();
  };
  for (const auto& each : cases_of_bytes(*stage_)) {
    for (const auto step : {each.bytes.size(), each.bytes.size() / 2 + 1, std::size_t{1}}) {
      const auto answer = ask(each.bytes, step);
      EXPECT_EQ(answer.status, each.status) << each.name << " by " << step;
      EXPECT_EQ(answer.code(), each.code) << each.name << " by " << step;
    }
  }
  EXPECT_EQ(difference(before, settled_stores()), "");
}

TEST_F(BadInput, ThatIsRememberedByItsKeyChangesNothingElse) {
  const auto before = settled_stores();
  const auto cases = cases_with_key_remembered(*stage_);
  send_all(cases);
  auto after = settled_stores();
  std::size_t remembered = 0;
  for (auto& [table, rows] : after) {
    if (!table.ends_with(".remembered_key")) continue;
    remembered += rows.size() - before.at(table).size();
    rows = before.at(table);
  }
  EXPECT_EQ(difference(before, after), "");
  EXPECT_EQ(remembered, cases.size());
}

TEST_F(BadInput, NamesTheMethodsOfThePath) {
  plain_client client{server_->url()};
  for (const auto& line : all_routes(*stage_)) {
    const auto answer = client.send({.method = "PATCH", .target = line.path});
    auto allow = answer.header("Allow");
    std::vector<std::string> given;
    for (std::istringstream words{allow}; std::getline(words >> std::ws, allow, ',');)
      given.push_back(allow);
    std::ranges::sort(given);
    std::string sorted;
    for (const auto& each : given)
      sorted += (sorted.empty() ? "" : ", ") + each;
    EXPECT_EQ(sorted, line.allow) << line.path;
  }
}

TEST_F(BadInput, NamesAllMistakesAtOnce) {
  visitor admin{server_->url(), "admin1", "admin"};
  const auto answer =
      admin.post("/v1/concerts", {{"title", 5}, {"waitingRoom", {{"activeMax", 0}}}});
  EXPECT_EQ(faults_of_problem(answer, 400, "invalid_field"), "");
  std::vector<std::string> pointers;
  const auto body = answer.value();
  for (const auto& error : body.at("errors"))
    pointers.push_back(error.at("pointer"));
  std::ranges::sort(pointers);
  EXPECT_EQ(pointers, (std::vector<std::string>{"/artist", "/title", "/waitingRoom/activeMax",
                                                "/waitingRoom/admitPerSecond"}));
}

// Last, since it uses up the stage: without it the table could pass on a server that refuses all.
TEST_F(BadInput, WithoutItsMistakeIsAccepted) {
  plain_client client{server_->url()};
  for (const auto& line : all_routes(*stage_)) {
    auto request = good_request(line, *stage_);
    if (line.path.ends_with("/stream")) request.method = "HEAD";  // its body has no end
    const auto answer = client.send(request);
    EXPECT_TRUE(line.answered == 0 ? answer.status >= 200 && answer.status < 300
                                   : answer.status == line.answered)
        << line.method << " " << line.path << ": " << answer.status << " " << answer.body;
  }
  const json claims{{"sub", "user1"}, {"role", "user"}, {"exp", 4'000'000'000}};
  const auto token = signed_token({{"alg", "HS256"}}, claims, test_secret);
  const auto answer =
      client.send({.target = "/v1/points", .headers = {{"Authorization", "Bearer " + token}}});
  EXPECT_EQ(answer.status, 200) << "a token signed here is good: " << answer.body;
}

}  // namespace
}  // namespace boxoffice::system_test
