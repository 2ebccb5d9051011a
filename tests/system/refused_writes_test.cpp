// A store refuses one user's writes for what is in them: everybody else's work goes on, and theirs
// too once the reason is gone (docs/PROMISES.md, G18).
#include "tests/rush/audit_run.hpp"
#include "tests/servers/test_servers.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/refusing_rule.hpp"
#include "tests/system/running_server.hpp"
#include "tests/system/visitor.hpp"

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

/// Which table of a service gets the row that is refused.
std::string table_of(const std::string& service) {
  if (service == "point") return "ledger";
  if (service == "queue_ranking") return "queue_entry";
  return service;
}

/// Everything a buyer does, step by step.
class buyer {
 public:
  buyer(running_server& server, const std::string& name, std::string concert, std::string schedule)
      : who_{server.url(), name}, concert_{std::move(concert)}, schedule_{std::move(schedule)} {}

  /// Goes as far as the step that writes into the store of `service`; the answer to that one.
  plain_answer go_to(const std::string& service) {
    auto answer = who_.join(concert_);
    if (service == "queue_ranking" || answer.status >= 400) return answer;
    answer = who_.charge(10'000);
    if (service == "point" || answer.status >= 400) return answer;
    answer = who_.hold(schedule_, {{"bestAvailable", {{"count", 1}}}});
    if (service == "reservation" || answer.status >= 400) return answer;
    return who_.pay(answer.value().at("reservationId"));
  }
  plain_answer buy() { return go_to("payment"); }

 private:
  visitor who_;
  std::string concert_, schedule_;
};

/// Services, in files or on PostgreSQL.
class RefusedWrites : public testing::Test {
 protected:
  void use_files() { server_.emplace(); }
  void use_postgres() {
    at_.emplace(test::postgres_server_url());
    server_.emplace(*at_);
  }
  refusing_rule refuse(const refused_rows& rows, const std::string& kind) {
    return {*server_, at_ ? &*at_ : nullptr, rows, kind};
  }
  void expect_well(visitor& admin) {
    EXPECT_EQ(admin.get("/readyz").status, 200) << "a refusal is no trouble of the store";
  }
  void expect_it_adds_up() {
    const auto audited = [&] {
      return rush::audit(server_binary(), server_->data_dir(), {"--drained"});
    };
    EXPECT_TRUE(eventually([&] { return audited().code == 0; })) << audited().faults();
  }

  void expect_one_user_stops(const std::string& service, const std::string& kind) {
    visitor admin{server_->url(), "admin1", "admin"};
    const auto concert = admin.open_concert();
    const auto schedule = admin.open_schedule(concert, schedule_on_sale(10, 10));
    auto rule = refuse({service, table_of(service), "USER = 'bad'"}, kind);
    buyer bad{*server_, "bad", concert, schedule};
    const auto refused = bad.go_to(service);
    EXPECT_EQ(faults_of_problem(refused, 500, "internal"), "") << refused.status << refused.body;
    for (int i = 0; i < 10; ++i) {
      buyer good{*server_, "good" + std::to_string(i), concert, schedule};
      const auto sold = good.buy();
      EXPECT_EQ(sold.status, 201) << sold.body;
      if (i % 5 == 0) {  // four seats are the most that a user may have
        EXPECT_EQ(bad.go_to(service).status, 500);
      }
    }
    expect_well(admin);
    rule.lift();
    const auto done = bad.buy();
    EXPECT_EQ(done.status, 201) << done.body;
    expect_it_adds_up();
  }

  void expect_one_entry_of_the_catalogue_stops(const std::string& kind) {
    visitor admin{server_->url(), "admin1", "admin"};
    const auto concert = admin.open_concert();
    const auto schedule = admin.open_schedule(concert, schedule_on_sale(10, 10));
    auto of_concerts = refuse({"concert", "concert", "NEW.title = 'bad'"}, kind);
    // The last row of a schedule: those before it must not stay.
    auto of_sections = refuse({"concert", "section", "NEW.name = 'BAD'"}, kind);
    const json bad_concert{{"title", "bad"}, {"artist", "Somebody"}};
    auto bad_schedule = schedule_on_sale(1, 4);
    bad_schedule["sections"].push_back(
        {{"name", "BAD"}, {"rows", 1}, {"seatsPerRow", 4}, {"price", 1000}});
    const auto schedules = "/v1/concerts/" + concert + "/schedules";
    const auto expect_refused = [&] {
      EXPECT_EQ(faults_of_problem(admin.post("/v1/concerts", bad_concert), 500, "internal"), "");
      EXPECT_EQ(faults_of_problem(admin.post(schedules, bad_schedule), 500, "internal"), "");
    };
    expect_refused();
    for (int i = 0; i < 5; ++i) {
      buyer good{*server_, "good" + std::to_string(i), concert, schedule};
      EXPECT_EQ(good.buy().status, 201);
      const auto other = admin.open_concert();
      buyer there{*server_, "there" + std::to_string(i), other,
                  admin.open_schedule(other, schedule_on_sale(1, 4))};
      EXPECT_EQ(there.buy().status, 201);
    }
    expect_refused();
    expect_well(admin);
    EXPECT_EQ(server_->process().stop(), 0);
    server_->start();
    visitor again{server_->url(), "admin1", "admin"};
    EXPECT_EQ(again.get("/v1/concerts?limit=200").value().at("items").size(), 6U);
    EXPECT_EQ(again.get(schedules).value().at("items").size(), 1U) << "nothing is left half made";
    of_concerts.lift();
    of_sections.lift();
    EXPECT_EQ(again.post("/v1/concerts", bad_concert).status, 201);
    EXPECT_EQ(again.post(schedules, bad_schedule).status, 201);
    expect_it_adds_up();
  }

  std::optional<rush::postgres_databases> at_;
  std::optional<running_server> server_;
};

class UsersRefusedWrites
    : public RefusedWrites,
      public testing::WithParamInterface<std::tuple<std::string, std::string>> {};

TEST_P(UsersRefusedWrites, StopThatUserOnly) {
  use_files();
  const auto& [service, kind] = GetParam();
  expect_one_user_stops(service, kind);
}
INSTANTIATE_TEST_SUITE_P(Matrix, UsersRefusedWrites,
                         testing::Combine(testing::Values("reservation", "point", "payment",
                                                          "queue_ranking"),
                                          testing::ValuesIn(refusal_kinds)));

class PostgresUsersRefusedWrites : public UsersRefusedWrites {};

TEST_P(PostgresUsersRefusedWrites, StopThatUserOnly) {
  use_postgres();
  const auto& [service, kind] = GetParam();
  expect_one_user_stops(service, kind);
}
INSTANTIATE_TEST_SUITE_P(Matrix, PostgresUsersRefusedWrites,
                         testing::Combine(testing::Values("reservation", "point", "payment"),
                                          testing::ValuesIn(refusal_kinds)));

class RefusedCatalogue : public RefusedWrites, public testing::WithParamInterface<std::string> {};

TEST_P(RefusedCatalogue, LeavesNothingAndStopsNobody) {
  use_files();
  expect_one_entry_of_the_catalogue_stops(GetParam());
}
TEST_P(RefusedCatalogue, OnPostgresLeavesNothingAndStopsNobody) {
  use_postgres();
  expect_one_entry_of_the_catalogue_stops(GetParam());
}
INSTANTIATE_TEST_SUITE_P(Matrix, RefusedCatalogue, testing::ValuesIn(refusal_kinds));

}  // namespace
}  // namespace boxoffice::system_test
