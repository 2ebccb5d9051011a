#pragma once

#include "tests/system/running_server.hpp"
#include "tests/system/visitor.hpp"

#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::system_test {

/// One server for all tests; each opens concerts of its own and comes with people of its own.
class open_house : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = std::make_unique<running_server>();
    admin_ = std::make_unique<visitor>(server_->url(), "admin1", "admin");
  }
  static void TearDownTestSuite() {
    admin_.reset();
    server_.reset();
  }

  static visitor& admin() { return *admin_; }
  /// Somebody nobody has seen before.
  static visitor newcomer() { return {server_->url(), "u" + std::to_string(++people_)}; }
  /// A concert without a waiting room and a schedule of it.
  struct sale {
    std::string concert, schedule;
  };
  static sale open_sale(const json& body = schedule_on_sale(2, 5)) {
    const auto concert = admin().open_concert();
    return {concert, admin().open_schedule(concert, body)};
  }
  /// A newcomer with a queue token and points.
  static visitor buyer_at(const sale& at, std::int64_t balance = 1'000'000) {
    auto who = newcomer();
    EXPECT_EQ(who.join(at.concert).status, 201);
    if (balance > 0) {
      EXPECT_EQ(who.charge(balance).status, 201);
    }
    return who;
  }
  /// The id of a new reservation.
  static std::string held(visitor& who, const sale& at, const json& seats) {
    const auto answer = who.hold(at.schedule, {{"seats", seats}});
    EXPECT_EQ(answer.status, 201) << answer.body;
    return answer.value().value("reservationId", std::string{});
  }
  static std::string paid(visitor& who, const std::string& reservation) {
    const auto answer = who.pay(reservation);
    EXPECT_EQ(answer.status, 201) << answer.body;
    return answer.value().value("paymentId", std::string{});
  }
  static std::string status_of(visitor& who, const sale& at, const std::string& seat) {
    const auto map = who.get("/v1/schedules/" + at.schedule + "/seats").value();
    for (const auto& each : map.at("seats"))
      if (each.at("seat") == seat) return each.at("status");
    return "no such seat";
  }
  /// The names in a list of `{"seat":…}`.
  static std::vector<std::string> names(const json& seats) {
    std::vector<std::string> out;
    for (const auto& each : seats)
      out.push_back(each.at("seat"));
    return out;
  }
  static std::set<std::string> members(const json& object) {
    std::set<std::string> out;
    for (const auto& [name, value] : object.items())
      out.insert(name);
    return out;
  }

  static inline std::unique_ptr<running_server> server_;
  static inline std::unique_ptr<visitor> admin_;
  static inline int people_{0};
};

}  // namespace boxoffice::system_test
