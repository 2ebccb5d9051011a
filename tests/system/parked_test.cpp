// Every service has something that its store refuses. What that costs while nobody acts, what an
// operator sees of it, and how it ends once the cause is gone (docs/PROMISES.md, G18).
#include "actors/core/ids.hpp"
#include "tests/rush/audit_run.hpp"
#include "tests/servers/test_servers.hpp"
#include "tests/system/ended_command.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/refusing_rule.hpp"
#include "tests/system/running_server.hpp"
#include "tests/system/visitor.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

using std::chrono::seconds;

/// Processor time of a process so far. **Source** proc(5), /proc/pid/stat, fields 14 and 15.
double seconds_of_processor(pid_t pid) {
  std::ifstream in{"/proc/" + std::to_string(pid) + "/stat"};
  std::string all{std::istreambuf_iterator<char>{in}, {}};
  std::istringstream fields{all.substr(all.rfind(')') + 2)};
  const std::vector<std::string> from_third{std::istream_iterator<std::string>{fields}, {}};
  return static_cast<double>(std::stoll(from_third.at(11)) + std::stoll(from_third.at(12))) /
         static_cast<double>(sysconf(_SC_CLK_TCK));
}

class Parked : public testing::Test {
 protected:
  void use_files() { server_.emplace(std::vector<std::string>{"log.level=info"}); }
  void use_postgres() {
    at_.emplace(test::postgres_server_url());
    server_.emplace(*at_, std::string{}, std::vector<std::string>{"log.level=info"});
  }

  void open_sale() {
    visitor admin{server_->url(), "admin1", "admin"};
    operator_.emplace(server_->url(), "op", "operator");
    concert_ = admin.open_concert();
    auto brief = schedule_on_sale(1, 10);
    brief["holdSeconds"] = 1;
    brief_ = admin.open_schedule(concert_, brief);
    unranked_ = admin.open_schedule(concert_, schedule_on_sale(1, 10));
    schedule_ = admin.open_schedule(concert_, schedule_on_sale(1, 10));
  }
  visitor somebody(const std::string& name) {
    visitor who{server_->url(), name};
    EXPECT_EQ(who.join(concert_).status, 201);
    EXPECT_EQ(who.charge(10'000).status, 201);
    return who;
  }
  static std::string hold_of(visitor& who, const std::string& schedule) {
    const auto held = who.hold(schedule, {{"bestAvailable", {{"count", 1}}}});
    EXPECT_EQ(held.status, 201) << held.body;
    return held.value().at("reservationId");
  }
  void refuse(const refused_rows& rows) {
    rules_.emplace_back(*server_, at_ ? &*at_ : nullptr, rows, "check");
  }
  /// One thing of each service that its store refuses.
  void poison_everything() {
    auto holder = somebody("holder"), payer = somebody("payer"), debtor = somebody("debtor"),
         leaver = somebody("leaver"), buyer = somebody("buyer");
    const auto paid = hold_of(payer, schedule_), debited = hold_of(debtor, schedule_);
    const auto ranked = hold_of(buyer, unranked_);
    const auto unranked = std::to_string(parse_id<schedule_id>(unranked_).value().value);
    refuse({"concert", "concert", "NEW.title = 'bad'"});
    refuse({"reservation", "reservation", "USER = 'holder'", "UPDATE"});
    refuse({"payment", "payment", "USER = 'payer'", "UPDATE"});
    refuse({"point", "ledger", "USER = 'debtor'"});
    refuse({"queue_ranking", "queue_entry", "USER = 'leaver'"});
    refuse({"queue_ranking", "sales_total", "NEW.schedule = " + unranked});

    visitor admin{server_->url(), "admin1", "admin"};
    EXPECT_EQ(admin.post("/v1/concerts", {{"title", "bad"}, {"artist", "X"}}).status, 500);
    hold_of(holder, brief_);
    payer.pay(paid);
    debtor.pay(debited);
    leaver_token_ = leaver.queue_token();
    EXPECT_EQ(leaver.remove("/v1/queue/tokens/" + leaver_token_).status, 500);
    EXPECT_EQ(buyer.pay(ranked).status, 201);
  }
  json items(const std::string& list) {
    const auto answer = operator_->get("/v1/admin/" + list);
    return answer.status == 200 ? answer.value().at("items") : json::array();
  }
  void expect_all_is_parked() {
    EXPECT_TRUE(eventually([&] { return items("sagas?state=PARKED").size() == 2; }, seconds{20}))
        << items("sagas?state=PARKED");
    EXPECT_TRUE(eventually([&] { return items("outbox?state=parked").size() == 1; }))
        << items("outbox?state=parked");
    EXPECT_TRUE(eventually([&] { return items("parked").size() == 2; })) << items("parked");
  }
  void expect_quiet(seconds time) {
    const auto lines = [&] {
      const auto text = server_->process().process().error_text();
      return std::ranges::count(text, '\n');
    };
    const auto pid = server_->process().pid();
    const auto lines_before = lines();
    const auto before = seconds_of_processor(pid);
    EXPECT_FALSE(server_->process().process().wait(time)) << "it has ended";
    const auto used = seconds_of_processor(pid) - before;
    std::cout << "parked for " << time.count() << " s: " << used << " s of processor time, "
              << lines() - lines_before << " lines\n";
    EXPECT_LE(used, 0.1 * static_cast<double>(time.count()));
    EXPECT_LE(lines() - lines_before, 10) << server_->process().process().error_text();
  }
  std::string parked_line(const std::string& of) {
    for (const auto& each : items("parked"))
      if (each.at("id") == of || each.at("userId") == of) return each.dump();
    return "";
  }
  void expect_operators_see_why() {
    for (const auto& saga : items("sagas?state=PARKED"))
      EXPECT_NE(saga.at("reason").get<std::string>().find("refuses"), std::string::npos) << saga;
    const auto hold = parked_line("holder"), token = parked_line(leaver_token_);
    EXPECT_NE(hold.find("\"wants\":\"EXPIRED\""), std::string::npos) << hold;
    EXPECT_NE(token.find("\"wants\":\"LEFT\""), std::string::npos) << token;
    const auto listed = run_command(*server_, {"parked", "list"});
    EXPECT_EQ(listed.code, 0) << listed.errors;
    for (const auto& part : {leaver_token_, std::string{"holder"}, std::string{"EXPIRED"}})
      EXPECT_NE(listed.output.find(part), std::string::npos) << listed.output;
    const auto still = run_command(*server_, {"parked", "retry", leaver_token_});
    EXPECT_EQ(still.code, 1);
    EXPECT_NE(still.errors.find("still_refused"), std::string::npos) << still.errors;
    EXPECT_EQ(faults_of_problem(
                  operator_->post("/v1/admin/parked/" + leaver_token_ + "/abandon", json::object()),
                  409, "still_refused"),
              "");
    EXPECT_EQ(faults_of_problem(operator_->post("/v1/admin/parked/qt_1_1/retry", json::object()),
                                404, "parked_not_found"),
              "");
    visitor nobody{server_->url(), "nobody"};
    EXPECT_EQ(nobody.get("/v1/admin/parked").status, 403);
  }
  void act() {
    for (auto& each : rules_)
      each.lift();
    for (const auto& saga : items("sagas?state=PARKED"))
      EXPECT_EQ(run_command(*server_, {"sagas", "resume", saga.at("paymentId")}).code, 0);
    const auto events = items("outbox?state=parked");
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(run_command(*server_, {"outbox", "replay", events[0].at("eventId")}).code, 0);
    EXPECT_EQ(faults_of_problem(operator_->post("/v1/admin/parked/qt_1_1/abandon", json::object()),
                                404, "parked_not_found"),
              "");
    for (const auto& each : items("parked")) {
      // The token ends as LEFT in either way.
      const auto* const how = each.at("id") == leaver_token_ ? "abandon" : "retry";
      const auto done = run_command(*server_, {"parked", how, each.at("id")});
      EXPECT_EQ(done.code, 0) << done.errors;
    }
  }
  void expect_nothing_is_left() {
    EXPECT_EQ(run_command(*server_, {"parked", "list"}).output, "Nothing is parked.\n");
    EXPECT_TRUE(eventually([&] { return items("outbox?state=parked").empty(); }));
    EXPECT_TRUE(eventually([&] { return items("sagas?state=COMPLETED").size() == 3; }))
        << items("sagas");
    visitor leaver{server_->url(), "leaver"};
    EXPECT_EQ(leaver.join(concert_).status, 201) << "a new place";
    auto late = somebody("late");
    const auto again = late.hold(brief_, {{"seats", {"A-1"}}});
    EXPECT_EQ(again.status, 201) << "the seat of the hold that would not end: " << again.body;
    const auto audited = [&] {
      return rush::audit(server_binary(), server_->data_dir(), {"--drained"});
    };
    EXPECT_TRUE(eventually([&] { return audited().code == 0; })) << audited().faults();
  }
  void expect_a_life_of_poison() {
    open_sale();
    poison_everything();
    expect_all_is_parked();
    expect_quiet(seconds{10});
    expect_operators_see_why();
    act();
    expect_nothing_is_left();
  }

  std::optional<rush::postgres_databases> at_;
  std::optional<running_server> server_;
  std::optional<visitor> operator_;
  std::vector<refusing_rule> rules_;
  std::string concert_, brief_, unranked_, schedule_, leaver_token_;
};

TEST_F(Parked, IsQuietIsSeenAndGoesOn) {
  use_files();
  expect_a_life_of_poison();
}

TEST_F(Parked, OnPostgresIsQuietIsSeenAndGoesOn) {
  use_postgres();
  expect_a_life_of_poison();
}

}  // namespace
}  // namespace boxoffice::system_test
