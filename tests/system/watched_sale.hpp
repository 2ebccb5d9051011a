#pragma once

#include "tests/system/eventually.hpp"
#include "tests/system/running_server.hpp"
#include "tests/system/visitor.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace boxoffice::system_test {

/// A sale whose services can be made to commit one by one, and which remembers every number that
/// anybody was told.
class watched_sale {
 public:
  explicit watched_sale(running_server& server) : server_{server} {
    auto admin = somebody("admin1", "admin");
    concert_ = admin.open_concert();
    schedule_ = told(admin.open_schedule(concert_, schedule_on_sale(40, 40)));
    told(concert_);
  }

  [[nodiscard]] const std::string& concert() const { return concert_; }
  [[nodiscard]] const std::string& schedule() const { return schedule_; }

  /// Another server sells on.
  void go_on_at(const std::string& url) { url_ = url; }

  /// At least so many commits of a service.
  void commit(const std::string& service, int commits) {
    // A hold and its release; a payment and its refund, both begun and ended.
    const int of_one = service == "payment" ? 4 : service == "reservation" ? 2 : 1;
    const int times = (commits + of_one - 1) / of_one;
    auto buyer = somebody("b" + std::to_string(++buyers_));
    auto admin = somebody("admin1", "admin");
    if (service != "concert" && service != "queue_ranking") {
      ASSERT_EQ(buyer.join(concert_).status, 201);
      ASSERT_EQ(buyer.charge(1'000'000).status, 201);
    }
    for (int i = 0; i < times; ++i) {
      if (service == "concert") {
        told(admin.open_concert());
      } else if (service == "point") {
        const auto charged = buyer.charge(1);
        ASSERT_EQ(charged.status, 201) << charged.body;
        told(charged.value().at("transactionId"));
      } else if (service == "queue_ranking") {
        auto waiting = somebody("q" + std::to_string(++buyers_));
        const auto joined = waiting.join(concert_);
        ASSERT_EQ(joined.status, 201) << joined.body;
        told(joined.value().at("token"));
      } else {
        if (i > 0 && service == "payment") {  // a payment uses the token up
          ASSERT_TRUE(eventually([&] { return buyer.join(concert_).status == 201; }));
        }
        const auto held = buyer.hold(schedule_, {{"bestAvailable", {{"count", 1}}}});
        ASSERT_EQ(held.status, 201) << held.body;
        const std::string id = told(held.value().at("reservationId"));
        if (service == "reservation") {
          ASSERT_EQ(buyer.remove("/v1/reservations/" + id).status, 204);
        } else {
          const auto paid = buyer.pay(id);
          ASSERT_EQ(paid.status, 201) << paid.body;
          ASSERT_EQ(buyer.refund(told(paid.value().at("paymentId"))).status, 201);
        }
      }
    }
  }

  /// A purchase of somebody new goes through, and nothing in it has a number that was told before.
  void expect_sells() {
    auto admin = somebody("admin1", "admin");
    const auto concert = fresh(admin.open_concert());
    const auto schedule = fresh(admin.open_schedule(concert, schedule_on_sale(1, 4)));
    auto buyer = somebody("n" + std::to_string(++buyers_));
    const auto joined = buyer.join(concert);
    ASSERT_EQ(joined.status, 201) << joined.body;
    fresh(joined.value().at("token"));
    const auto charged = buyer.charge(100'000);
    ASSERT_EQ(charged.status, 201) << charged.body;
    fresh(charged.value().at("transactionId"));
    const auto held = buyer.hold(schedule, {{"seats", {"A-1"}}});
    ASSERT_EQ(held.status, 201) << held.body;
    const auto id = fresh(held.value().at("reservationId"));
    const auto paid = buyer.pay(id);
    ASSERT_EQ(paid.status, 201) << paid.body;
    fresh(paid.value().at("paymentId"));
  }
  /// No payment is under way for longer than it may be.
  void expect_nobody_hangs() {
    std::string last;
    auto op = somebody("op1", "operator");
    const auto none_in = [&](const std::string& state) {
      const auto listed = op.get("/v1/admin/sagas?state=" + state);
      last = listed.body;
      return listed.status == 200 && listed.value().at("items").empty();
    };
    for (const std::string state :
         {"STARTED", "DEBITED", "REFUNDING", "REFUND_STARTED", "REFUND_RELEASED"})
      EXPECT_TRUE(eventually([&] { return none_in(state); }, std::chrono::seconds{20})) << last;
  }

 private:
  visitor somebody(const std::string& name, const std::string& role = "user") {
    return visitor{url_.empty() ? server_.url() : url_, name, role};
  }
  std::string told(const std::string& id) {
    told_.insert(id);
    return id;
  }
  std::string fresh(const std::string& id) {
    EXPECT_TRUE(told_.insert(id).second) << id << " was given before";
    return id;
  }

  running_server& server_;
  std::string concert_, schedule_, url_;
  std::set<std::string> told_;
  int buyers_{0};
};

}  // namespace boxoffice::system_test
