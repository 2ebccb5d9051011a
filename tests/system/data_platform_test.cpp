#include "tests/system/event_receiver.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/running_server.hpp"
#include "tests/system/visitor.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace boxoffice::system_test {
namespace {

using std::chrono::seconds;

// `whsec_` and the base64 of each key.
constexpr std::string_view platform_key = "what-only-the-platform-knows-now";
constexpr std::string_view platform_secret = "whsec_d2hhdC1vbmx5LXRoZS1wbGF0Zm9ybS1rbm93cy1ub3c=";
constexpr std::string_view platform_previous_key = "what-it-knew-before-that";
constexpr std::string_view platform_previous_secret = "whsec_d2hhdC1pdC1rbmV3LWJlZm9yZS10aGF0";

/// A part of `webhook-signature` as the receiver of an event works it out.
std::string signature_of(std::string_view with, const event_receiver::post& what) {
  const auto text = what.signed_id + "." + what.signed_at + "." + what.body;
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  HMAC(EVP_sha256(), with.data(), static_cast<int>(with.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), &size);
  std::array<unsigned char, 2 * EVP_MAX_MD_SIZE> base64{};
  EVP_EncodeBlock(base64.data(), mac.data(), static_cast<int>(size));
  return "v1," + std::string{reinterpret_cast<const char*>(base64.data())};
}

/// A server that tells a receiver of its payments.
class DataPlatform : public testing::Test {
 protected:
  DataPlatform()
      : server_{{"data_platform.url=" + platform_.url(),
                 "data_platform.secret=" + std::string{platform_secret},
                 "data_platform.previous_secret=" + std::string{platform_previous_secret}}} {
    visitor admin{server_.url(), "admin1", "admin"};
    concert_ = admin.open_concert();
    schedule_ = admin.open_schedule(concert_, schedule_on_sale(2, 10));
  }

  /// The next buyer buys a seat; the id of the payment.
  std::string buy() {
    visitor who{server_.url(), "buyer" + std::to_string(++buyers_)};
    who.join(concert_);
    EXPECT_EQ(who.charge(1000).status, 201);
    const auto held = who.hold(schedule_, {{"bestAvailable", {{"count", 1}}}});
    const auto paid = who.pay(held.value().at("reservationId"));
    EXPECT_EQ(paid.status, 201) << paid.body;
    return paid.value().at("paymentId");
  }
  void expect_accepted(std::size_t count, seconds patience) {
    EXPECT_TRUE(eventually([&] { return platform_.accepted().size() >= count; }, patience))
        << platform_.accepted().size() << " of " << count;
  }
  [[nodiscard]] std::vector<std::string> accepted_payments() const {
    std::vector<std::string> out;
    for (const auto& each : platform_.accepted())
      out.push_back(each.at("subject"));
    return out;
  }

  event_receiver platform_;
  running_server server_;
  std::string concert_, schedule_;
  int buyers_{0};
};

TEST_F(DataPlatform, IsToldOfEveryPaymentInOrder) {
  const auto payment = buy();
  visitor who{server_.url(), "buyer1"};
  EXPECT_EQ(who.refund(payment).status, 201);
  const auto another = buy();
  expect_accepted(3, seconds{3});
  const auto events = platform_.accepted();
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(accepted_payments(), (std::vector<std::string>{payment, payment, another}));
  EXPECT_EQ(events[0].at("type"), "boxoffice.payment.completed.v1");
  EXPECT_EQ(events[1].at("type"), "boxoffice.payment.refunded.v1");
  EXPECT_LT(events[0].at("sequence"), events[1].at("sequence"));
  EXPECT_LT(events[1].at("sequence"), events[2].at("sequence"));
  EXPECT_EQ(events[0].at("partitionkey"), schedule_);
  const auto data = events[0].at("data");
  EXPECT_EQ(data.at("scheduleId"), schedule_);
  EXPECT_EQ(data.at("concertId"), concert_);
  EXPECT_EQ(data.at("userId"), "buyer1");
  EXPECT_EQ(data.at("amount"), 1000);
}

TEST_F(DataPlatform, CanCheckWhereAnEventComesFrom) {
  buy();
  expect_accepted(1, seconds{3});
  const auto post = platform_.posts().at(0);
  EXPECT_EQ(post.target, "/events");
  EXPECT_EQ(post.content_type, "application/cloudevents+json; charset=utf-8");
  EXPECT_EQ(post.idempotency_key, json::parse(post.body).at("id"));
  EXPECT_EQ(post.signed_id, post.idempotency_key);
  EXPECT_EQ(post.signature,
            signature_of(platform_key, post) + " " + signature_of(platform_previous_key, post));
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  EXPECT_NEAR(std::stod(post.signed_at), std::chrono::duration<double>(now).count(), 30);
}

TEST_F(DataPlatform, IsAskedAgainWhenItFails) {
  platform_.refuse(2, 500);
  const auto first = buy();
  const auto second = buy();
  expect_accepted(2, seconds{5});
  const auto posts = platform_.posts();
  ASSERT_EQ(posts.size(), 4U);
  EXPECT_EQ(posts[0].answered, 500);
  EXPECT_EQ(posts[1].answered, 500);
  EXPECT_EQ(posts[0].body, posts[2].body) << "the same event, until it is taken";
  EXPECT_EQ(posts[0].idempotency_key, posts[2].idempotency_key);
  EXPECT_EQ(accepted_payments(), (std::vector<std::string>{first, second}));
}

TEST_F(DataPlatform, ThatHasMovedIsNotFollowedAndTheLogSaysSo) {
  platform_.refuse(3, 308);
  buy();
  expect_accepted(1, seconds{5});
  EXPECT_EQ(platform_.posts().size(), 4U);
  const auto logged = [&] {
    const auto text = server_.process().process().error_text();
    const auto at = text.find("cannot forward an event");
    return at == std::string::npos ? "" : text.substr(at, text.find('\n', at) - at);
  };
  EXPECT_TRUE(eventually([&] {
    return logged().find("the data platform answered 308, a redirect, which is not followed") !=
           std::string::npos;
  })) << logged();
}

TEST_F(DataPlatform, IsToldOfWhatItMissedWhenItComesBack) {
  std::vector<std::string> all{buy()};
  expect_accepted(1, seconds{3});
  platform_.go_away();
  for (int i = 0; i < 3; ++i)
    all.push_back(buy());  // buying goes on without it
  EXPECT_EQ(platform_.accepted().size(), 1U);
  platform_.come_back();
  expect_accepted(all.size(), seconds{10});
  EXPECT_EQ(accepted_payments(), all);
  all.push_back(buy());
  expect_accepted(all.size(), seconds{3});
  EXPECT_EQ(accepted_payments(), all);
}

TEST_F(DataPlatform, ThatRefusesOneScheduleIsToldOfTheOthersAndLaterOfThat) {
  visitor admin{server_.url(), "admin1", "admin"};
  visitor oper{server_.url(), "operator1", "operator"};
  const auto good = schedule_;
  const auto bad = admin.open_schedule(concert_, schedule_on_sale(2, 10));
  const auto buy_in = [&](const std::string& schedule) {
    schedule_ = schedule;
    return buy();
  };
  platform_.refuse_those_with(bad, 422);
  const std::vector<std::string> parked{buy_in(bad), buy_in(bad)};
  const auto first = buy_in(good);
  expect_accepted(1, seconds{3});
  const auto waiting = [&] {
    return oper.get("/v1/admin/outbox?state=parked").value().at("items");
  };
  EXPECT_TRUE(eventually([&] { return waiting().size() == 2; })) << waiting();
  EXPECT_EQ(waiting()[0].at("paymentId"), parked[0]);
  EXPECT_EQ(waiting()[0].at("scheduleId"), bad);
  EXPECT_EQ(waiting()[0].at("type"), "payment.completed");
  const auto at = waiting()[0].at("consumers")[0];
  EXPECT_EQ(at.at("consumer"), "data_platform");
  EXPECT_EQ(at.at("reason"), "the data platform answered 422");
  EXPECT_TRUE(at.contains("parkedAt"));
  EXPECT_EQ(
      std::ranges::count_if(platform_.posts(), [](const auto& p) { return p.answered == 422; }), 1)
      << "what stands behind a refused event is not even sent";

  server_.process().kill_hard();
  server_.start();
  visitor again{server_.url(), "operator1", "operator"};
  const auto third = buy_in(bad);
  const auto second = buy_in(good);
  EXPECT_TRUE(eventually([&] {
    const auto told = accepted_payments();
    return std::ranges::find(told, second) != told.end();
  }));
  EXPECT_EQ(again.get("/v1/admin/outbox?state=parked").value().at("items").size(), 3U);
  EXPECT_EQ(again.get("/v1/admin/outbox?state=parked&limit=1").value().at("items").size(), 1U);
  EXPECT_NE(again.get("/metrics")
                .body.find("boxoffice_outbox_parked_events{consumer=\"data_platform\"} 3"),
            std::string::npos);

  platform_.refuse_those_with("", 200);
  const std::string event =
      again.get("/v1/admin/outbox?state=parked").value().at("items")[0].at("eventId");
  const auto replayed = again.post("/v1/admin/outbox/" + event + "/replay", json::object());
  EXPECT_EQ(replayed.status, 202) << replayed.body;
  EXPECT_EQ(replayed.value().at("consumers"), json::array({"data_platform"}));
  EXPECT_TRUE(eventually(
      [&] { return again.get("/v1/admin/outbox?state=parked").value().at("items").empty(); }));
  auto told = accepted_payments();
  std::erase_if(told, [&](const auto& p) { return p == first || p == second; });
  EXPECT_EQ(told, (std::vector<std::string>{parked[0], parked[1], third})) << "in order";
  EXPECT_EQ(faults_of_problem(again.post("/v1/admin/outbox/" + event + "/replay", json::object()),
                              409, "event_not_parked"),
            "");
  EXPECT_EQ(faults_of_problem(again.post("/v1/admin/outbox/evt_1/replay", json::object()), 404,
                              "event_not_found"),
            "");
  const auto last = buy_in(bad);
  EXPECT_TRUE(eventually([&] { return accepted_payments().back() == last; }));
}

TEST_F(DataPlatform, ThatWantsNoMoreGetsNothingUntilARestart) {
  const auto before = buy();
  expect_accepted(1, seconds{3});
  platform_.refuse(1, 410);
  std::vector<std::string> all{before, buy(), buy()};
  visitor oper{server_.url(), "operator1", "operator"};
  const auto is_stopped = [&] {
    return oper.get("/metrics").body.find("\nboxoffice_data_platform_stopped 1\n") !=
           std::string::npos;
  };
  EXPECT_TRUE(eventually(is_stopped));
  all.push_back(buy());
  const auto waits = [&] {
    return oper.get("/v1/admin/outbox?state=pending").value().at("items").size() == 3;
  };
  EXPECT_TRUE(eventually(waits)) << "they stay in the outbox";
  EXPECT_EQ(platform_.posts().size(), 2U) << "one that it took, and the one that it answered 410";
  EXPECT_NE(server_.process().process().error_text().find("the data platform wants no more events"),
            std::string::npos);
  server_.process().kill_hard();
  server_.start();
  expect_accepted(all.size(), seconds{10});
  auto told = accepted_payments();
  told.erase(std::unique(told.begin(), told.end()), told.end());
  EXPECT_EQ(told, all) << "and it recovers";
}

TEST_F(DataPlatform, IsToldAfterARestartOfWhatItMissed) {
  platform_.go_away();
  const std::vector<std::string> all{buy(), buy()};
  server_.process().kill_hard();
  platform_.come_back();
  server_.start();
  expect_accepted(all.size(), seconds{10});
  auto told = accepted_payments();
  told.erase(std::unique(told.begin(), told.end()), told.end());
  EXPECT_EQ(told, all) << "in order; the last one may come twice";
}

}  // namespace
}  // namespace boxoffice::system_test
