#include "tests/system/event_receiver.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/running_server.hpp"
#include "tests/system/visitor.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

using std::chrono::seconds;
using names = std::set<std::string>;

const std::string trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string client_span = "00f067aa0ba902b7";
const std::string traceparent = "00-" + trace_id + "-" + client_span + "-01";

/// Who works on a payment; the event that it ends in comes to the last four.
const names payment_workers{"http",   "payment", "point",   "reservation",  "schedule",
                            "outbox", "queue",   "ranking", "data_platform"};

/// A server that logs everything, and tells a receiver of its payments.
class Trace : public testing::Test {
 protected:
  Trace()
      : server_{{"log.level=debug", "log.format=json", "data_platform.url=" + platform_.url()}} {
    visitor admin{server_.url(), "admin1", "admin"};
    concert_ = admin.open_concert();
    schedule_ = admin.open_schedule(concert_, schedule_on_sale(2, 10));
  }

  plain_answer send(const std::string& target, const json& body, const std::string& request_id,
                    const std::string& parent) {
    header_list headers{{"Idempotency-Key", who_->fresh_key()},
                        {"Queue-Token", who_->queue_token()},
                        {"X-Request-Id", request_id}};
    if (!parent.empty()) headers.emplace_back("traceparent", parent);
    auto answer = who_->post(target, body, headers);
    EXPECT_EQ(answer.status, 201) << answer.body;
    EXPECT_EQ(answer.header("X-Request-Id"), request_id);
    return answer;
  }
  /// Somebody new buys a seat: two requests, `hold-NAME` and `pay-NAME`. The id of the payment.
  std::string buy(const std::string& name, const std::string& parent) {
    who_.emplace(server_.url(), "buyer-" + name);
    who_->join(concert_);
    EXPECT_EQ(who_->charge(1'000).status, 201);
    const auto held =
        send("/v1/reservations", {{"scheduleId", schedule_}, {"bestAvailable", {{"count", 1}}}},
             "hold-" + name, parent);
    return send("/v1/payments", {{"reservationId", held.value().at("reservationId")}},
                "pay-" + name, parent)
        .value()
        .at("paymentId");
  }

  /// What all processes have logged.
  std::string logged() {
    auto text = server_.process().process().error_text();
    if (tested_nodes() != node_layout::one)
      for (const auto& each : server_.nodes().names())
        text += server_.nodes().process(each).process().error_text();
    return text;
  }
  /// The lines of the log on behalf of a request.
  std::vector<json> lines_of(const std::string& request_id) {
    std::vector<json> found;
    std::istringstream text{logged()};
    for (std::string line; std::getline(text, line);) {
      auto one = json::parse(line, nullptr, false);
      if (one.is_object() && one.value("request_id", "") == request_id)
        found.push_back(std::move(one));
    }
    return found;
  }
  names components_of(const std::string& request_id) {
    names found;
    for (const auto& line : lines_of(request_id))
      found.insert(line.at("component"));
    return found;
  }
  /// Waits until all of `wanted` have written a line for the request; names those that have not.
  names missing(const std::string& request_id, const names& wanted) {
    names left;
    static_cast<void>(eventually([&] {
      left = wanted;
      for (const auto& each : components_of(request_id))
        left.erase(each);
      return left.empty();
    }));
    return left;
  }
  /// The post about a payment.
  event_receiver::post told_of(const std::string& payment, seconds patience = seconds{5}) {
    event_receiver::post found{};
    EXPECT_TRUE(eventually(
        [&] {
          for (const auto& each : platform_.posts())
            if (each.answered == 200 && json::parse(each.body).at("subject") == payment)
              found = each;
          return !found.body.empty();
        },
        patience));
    return found;
  }

  event_receiver platform_;
  running_server server_;
  std::optional<visitor> who_;
  std::string concert_, schedule_;
};

TEST_F(Trace, OnePurchaseIsFollowedThroughEveryService) {
  const auto payment = buy("1", traceparent);
  EXPECT_EQ(missing("hold-1", {"http", "reservation", "schedule", "queue"}), names{});
  EXPECT_EQ(missing("pay-1", payment_workers), names{});
  for (const auto* request : {"hold-1", "pay-1"})
    for (const auto& line : lines_of(request))
      EXPECT_EQ(line.value("trace_id", ""), trace_id) << line;
  const auto lines = lines_of("pay-1");
  EXPECT_TRUE(std::ranges::any_of(lines, [&](const json& line) {
    return line.at("message") == "completed" && line.value("payment_id", "") == payment;
  }));
}

TEST_F(Trace, TheDataPlatformIsToldOfTheRequestAndContinuesItsTrace) {
  const auto post = told_of(buy("1", traceparent));
  EXPECT_EQ(post.request_id, "pay-1");
  ASSERT_EQ(post.traceparent.size(), traceparent.size());
  EXPECT_TRUE(post.traceparent.starts_with("00-" + trace_id + "-")) << post.traceparent;
  EXPECT_TRUE(post.traceparent.ends_with("-01")) << post.traceparent;
  EXPECT_NE(post.traceparent.substr(36, 16), client_span) << "a span of the server is its parent";
  EXPECT_EQ(json::parse(post.body).at("traceparent"), post.traceparent);

  const auto refunded = platform_.posts().size();
  const std::string payment = json::parse(post.body).at("subject");
  EXPECT_EQ(send("/v1/payments/" + payment + "/refunds", json::object(), "back-1", "").status, 201);
  EXPECT_TRUE(eventually([&] { return platform_.posts().size() > refunded; }));
  const auto last = platform_.posts().back();
  EXPECT_EQ(json::parse(last.body).at("type"), "boxoffice.payment.refunded.v1");
  EXPECT_EQ(last.request_id, "back-1") << "another request";
  EXPECT_EQ(last.traceparent, "") << "which was not traced";
}

TEST_F(Trace, TheEventKeepsThemThroughAKill) {
  platform_.go_away();
  const auto payment = buy("1", traceparent);
  server_.process().kill_hard();
  platform_.come_back();
  server_.start();
  const auto post = told_of(payment, seconds{10});
  EXPECT_EQ(post.request_id, "pay-1");
  EXPECT_TRUE(post.traceparent.starts_with("00-" + trace_id + "-")) << post.traceparent;
}

TEST_F(Trace, NobodyInventsATraceThatTheClientDidNotSend) {
  const std::vector<std::string> bad{"", "nonsense", "00-" + trace_id + "-0000000000000000-01",
                                     "ff" + traceparent.substr(2), traceparent + "-more"};
  for (std::size_t i = 0; i < bad.size(); ++i) {
    const auto name = std::to_string(i);
    const auto post = told_of(buy(name, bad[i]));
    EXPECT_EQ(post.request_id, "pay-" + name);
    EXPECT_EQ(post.traceparent, "") << bad[i];
    EXPECT_FALSE(json::parse(post.body).contains("traceparent")) << bad[i];
    EXPECT_EQ(missing("pay-" + name, payment_workers), names{}) << bad[i];
    for (const auto& line : lines_of("pay-" + name))
      EXPECT_FALSE(line.contains("trace_id")) << line;
  }
}

}  // namespace
}  // namespace boxoffice::system_test
