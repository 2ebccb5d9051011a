// Answers that take more than one request: while another one is under way, and at the bounds.
#include "tests/system/eventually.hpp"
#include "tests/system/running_server.hpp"
#include "tests/system/visitor.hpp"

#include <chrono>
#include <filesystem>
#include <future>
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>
#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

/// Keeps the ledger of the points from being written.
class ledger_lock {
 public:
  explicit ledger_lock(const running_server& of)
      : db_{(of.data_dir() / "point.db").string(), SQLite::OPEN_READWRITE, 10'000} {
    db_.exec("BEGIN IMMEDIATE");
  }

 private:
  SQLite::Database db_;  // whose end rolls back
};

TEST(RareAnswers, APaymentThatRunsKeepsItsReservationAndIsTheOnlyOne) {
  running_server server{std::vector<std::string>{"payment.answer_ms=300"}};
  visitor admin{server.url(), "admin1", "admin"};
  visitor ann{server.url(), "ann"};
  const auto concert = admin.open_concert();
  const auto schedule = admin.open_schedule(concert, schedule_on_sale(1, 10));
  ann.join(concert);
  ASSERT_EQ(ann.charge(5000).status, 201);
  const std::string held = ann.hold(schedule, {{"seats", {"A-1"}}}).value().at("reservationId");
  std::string payment;
  const auto status = [&] {
    return ann.get("/v1/payments/" + payment).value().value("status", std::string{});
  };
  {
    const ledger_lock lock{server};
    const auto paid = ann.pay(held);
    ASSERT_EQ(paid.status, 202) << paid.body;
    payment = paid.value().at("paymentId");
    EXPECT_EQ(faults_of_problem(ann.pay(held), 409, "payment_in_progress"), "");
    EXPECT_EQ(faults_of_problem(ann.remove("/v1/reservations/" + held), 409, "payment_in_progress"),
              "");
    const auto extended = ann.extend(held);
    EXPECT_EQ(faults_of_problem(extended, 409, "payment_in_progress"), "");
    EXPECT_EQ(extended.value().at("paymentId"), payment);
  }
  EXPECT_TRUE(eventually([&] { return status() == "COMPLETED"; }, std::chrono::seconds{30}));
  {
    const ledger_lock lock{server};
    const auto refunded = ann.refund(payment);
    ASSERT_EQ(refunded.status, 202) << refunded.body;
    EXPECT_EQ(faults_of_problem(ann.refund(payment), 409, "payment_in_progress"), "");
  }
  EXPECT_TRUE(eventually([&] { return status() == "REFUNDED"; }, std::chrono::seconds{30}));
}

TEST(RareAnswers, AKeyWhoseFirstRequestRunsIsInFlight) {
  running_server server;
  visitor ann{server.url(), "ann"}, again{server.url(), "ann"};
  EXPECT_EQ(faults_of_problem(ann.join("none"), 404, "concert_not_found"), "");
  EXPECT_EQ(ann.charge(5).status, 201);
  std::future<plain_answer> first;
  {
    const ledger_lock lock{server};
    first = std::async(std::launch::async, [&] { return ann.charge(7, "once"); });
    // It and whoever looks are two.
    EXPECT_TRUE(eventually([&] {
      return again.get("/metrics").body.find("boxoffice_http_requests_in_flight 2\n") !=
             std::string::npos;
    }));
    EXPECT_EQ(faults_of_problem(again.charge(7, "once"), 409, "idempotency_in_flight"), "");
  }
  EXPECT_EQ(first.get().status, 201);
}

TEST(RareAnswers, ABalanceHasAMost) {
  running_server server{std::vector<std::string>{"point.charge_max=1000000000000"}};
  visitor ann{server.url(), "ann"};
  EXPECT_EQ(ann.charge(1'000'000'000'000).status, 201);
  EXPECT_EQ(faults_of_problem(ann.charge(1), 422, "balance_limit_exceeded"), "");
}

TEST(RareAnswers, AUserWhoAsksTooOftenIsToldToWait) {
  running_server server{std::vector<std::string>{"http.rate_limit_per_second=1"}};
  visitor ann{server.url(), "ann"};
  plain_answer last;
  for (int tries = 0; tries < 1000 && last.status != 429; ++tries)
    last = ann.get("/v1/points");
  EXPECT_EQ(faults_of_problem(last, 429, "rate_limited"), "");
  EXPECT_NE(last.header("Retry-After"), "");
  EXPECT_NE(last.header("RateLimit"), "");
  EXPECT_NE(last.header("RateLimit-Policy"), "");
}

TEST(RareAnswers, AServerWithAllPlacesTakenSaysSo) {
  running_server server{std::vector<std::string>{"http.in_flight_max=1"}};
  visitor ann{server.url(), "ann"}, bob{server.url(), "bob"};
  std::future<plain_answer> charged;
  {
    const ledger_lock lock{server};
    // Bob may have the place at that moment.
    charged = std::async(std::launch::async, [&] {
      auto answer = ann.charge(5);
      while (answer.code() == "overloaded")
        answer = ann.charge(5);
      return answer;
    });
    plain_answer last;
    EXPECT_TRUE(eventually([&] {
      last = bob.get("/v1/points");
      return last.status != 200;
    }));
    EXPECT_EQ(faults_of_problem(last, 503, "overloaded"), "");
  }
  EXPECT_EQ(charged.get().status, 201);
  EXPECT_EQ(bob.get("/v1/points").status, 200);
}

TEST(RareAnswers, AnotherVersionOfHttpIsNotSpoken) {
  running_server server;
  boost::asio::ip::tcp::iostream stream{rush::parse_url(server.url())};
  stream << "GET /healthz HTTP/2.0\r\nHost: box\r\n\r\n" << std::flush;
  std::string line;
  std::getline(stream, line);
  EXPECT_TRUE(line.starts_with("HTTP/1.1 505")) << line;
}

}  // namespace
}  // namespace boxoffice::system_test
