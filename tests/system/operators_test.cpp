// What operators see and do: sagas that were parked because a database could not be written, over
// HTTP and from the command line, and what the audit says afterwards.
#include "tests/rush/audit_run.hpp"
#include "tests/system/ended_command.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/running_server.hpp"
#include "tests/system/visitor.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

using std::chrono::seconds;

/// Keeps a database from being written, as another program or a full disk would.
class write_lock {
 public:
  explicit write_lock(const std::filesystem::path& file)
      : db_{file.string(), SQLite::OPEN_READWRITE, 10'000} {
    db_.exec("BEGIN IMMEDIATE");
  }

 private:
  SQLite::Database db_;  // whose end rolls back
};

/// A server whose sagas give up soon, a buyer with a seat in the basket, and an operator.
class Operators : public testing::Test {
 protected:
  Operators()
      : server_{{"payment.undo_tries_max=2", "payment.step_ms=50", "payment.deadline_seconds=1",
                 "payment.answer_ms=500"}} {
    visitor admin{server_.url(), "admin1", "admin"};
    const auto concert = admin.open_concert();
    schedule_ = admin.open_schedule(concert, schedule_on_sale(1, 10));
    buyer_.emplace(server_.url(), "ann");
    buyer_->join(concert);
    EXPECT_EQ(buyer_->charge(5000).status, 201);
    held_ = buyer_->hold(schedule_, {{"seats", {"A-1"}}}).value().at("reservationId");
    operator_.emplace(server_.url(), "operator1", "operator");
  }

  /// A paid seat whose points cannot be given back: the ledger is locked meanwhile.
  std::string parked_refund() {
    std::string payment = buyer_->pay(held_).value().at("paymentId");
    const write_lock lock{server_.data_dir() / "point.db"};
    buyer_->refund(payment);
    expect_parked(payment);
    return payment;
  }
  /// A payment whose points were taken and whose seat can neither be confirmed nor given back.
  std::string parked_purchase() {
    const write_lock lock{server_.data_dir() / "reservation.db"};
    const auto asked = buyer_->pay(held_);
    EXPECT_EQ(asked.status, 202) << asked.body;
    std::string payment = asked.value().at("paymentId");
    expect_parked(payment);
    return payment;
  }
  void expect_parked(const std::string& payment) {
    EXPECT_TRUE(eventually([&] { return state_of(payment) == "PARKED"; }, seconds{20}))
        << state_of(payment);
    EXPECT_EQ(buyer_->get("/v1/payments/" + payment).value().at("status"), "PARKED");
  }
  std::string saga(const std::string& payment) { return "/v1/admin/sagas/" + payment; }
  std::string state_of(const std::string& payment) {
    return operator_->get(saga(payment)).value().at("state");
  }
  void expect_state(const std::string& payment, const std::string& state) {
    EXPECT_TRUE(eventually([&] { return state_of(payment) == state; }, seconds{20}))
        << state_of(payment);
  }
  /// Everything adds up, and the buyer has all points and no seat.
  void expect_undone() {
    EXPECT_EQ(buyer_->get("/v1/points").value().at("balance"), 5000);
    EXPECT_EQ(buyer_->get("/v1/schedules/" + schedule_).value().at("available"), 10);
    EXPECT_TRUE(eventually([&] { return audited().code == 0; })) << audited().faults();
  }
  rush::audit_run audited() {
    return rush::audit(server_binary(), server_.data_dir(), {"--drained"});
  }
  std::int64_t parked_by_metrics() {
    const auto page = operator_->get("/metrics").body;
    const std::string line = "boxoffice_sagas{state=\"parked\"} ";
    const auto at = page.find(line);
    return at == std::string::npos ? -1 : std::stoll(page.substr(at + line.size()));
  }
  ended_command run(std::vector<std::string> words, const std::string& token = {}) {
    return run_command(server_, std::move(words), token);
  }
  static bool mentions(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  }

  running_server server_;
  std::optional<visitor> buyer_, operator_;
  std::string schedule_, held_;
};

TEST_F(Operators, ABuyerWhoRepeatsWhatIsParkedHearsThatItIsUnderWay) {
  std::string payment;
  {
    const write_lock lock{server_.data_dir() / "reservation.db"};
    for (int i = 0; i < 2; ++i) {
      const auto asked = buyer_->pay(held_, "pay-once");
      ASSERT_EQ(asked.status, 202) << asked.body;
      EXPECT_EQ(asked.value().value("status", ""), "PENDING") << asked.body;
      payment = asked.value().at("paymentId");
      expect_parked(payment);
    }
  }
  operator_->post(saga(payment) + "/resume", {});
  EXPECT_TRUE(eventually([&] { return state_of(payment) != "PARKED"; }, seconds{20}));
}

TEST_F(Operators, ABuyerWhoRepeatsAParkedRefundHearsThatItIsUnderWay) {
  const std::string payment = buyer_->pay(held_).value().at("paymentId");
  const write_lock lock{server_.data_dir() / "point.db"};
  for (int i = 0; i < 2; ++i) {
    const auto asked = buyer_->refund(payment, "refund-once");
    EXPECT_EQ(asked.status, 202) << asked.body;
    EXPECT_EQ(asked.value().value("status", ""), "REFUNDING") << asked.body;
    expect_parked(payment);
  }
}

TEST_F(Operators, ResumeARefundThatWasParkedAlsoAfterAKill) {
  const auto payment = parked_refund();
  EXPECT_EQ(parked_by_metrics(), 1);
  server_.process().kill_hard();
  server_.start();
  buyer_.emplace(server_.url(), "ann");
  operator_.emplace(server_.url(), "operator1", "operator");
  EXPECT_EQ(parked_by_metrics(), 1);
  EXPECT_EQ(state_of(payment), "PARKED") << "nothing takes it up by itself";

  const auto listed = operator_->get("/v1/admin/sagas?state=PARKED").value().at("items");
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].at("paymentId"), payment);
  EXPECT_EQ(listed[0].at("userId"), "ann");
  EXPECT_EQ(listed[0].at("reason"), "refund without an answer after 2 tries");
  EXPECT_TRUE(operator_->get("/v1/admin/sagas?state=PARKED&olderThanSeconds=3600")
                  .value()
                  .at("items")
                  .empty());
  const auto resumed = operator_->post(saga(payment) + "/resume", json::object());
  EXPECT_EQ(resumed.status, 200) << resumed.body;
  EXPECT_EQ(resumed.value().at("state"), "REFUND_STARTED");
  expect_state(payment, "REFUNDED");
  expect_undone();
  EXPECT_EQ(parked_by_metrics(), 0);
  const auto again = operator_->post(saga(payment) + "/resume", json::object());
  EXPECT_EQ(faults_of_problem(again, 409, "saga_not_parked"), "");
  EXPECT_EQ(again.value().at("state"), "REFUNDED");

  std::vector<std::string> what;
  const auto timeline = operator_->get(saga(payment)).value().at("timeline");
  for (const auto& note : timeline)
    what.push_back(note.at("what"));
  for (const std::string each : {"started", "refund started", "resumed by an operator"})
    EXPECT_EQ(std::ranges::count(what, each), 1) << each;
  EXPECT_EQ(timeline.back().at("state"), "REFUNDED");
  EXPECT_EQ(timeline.back().at("step"), "refund");
}

TEST_F(Operators, AbortAPurchaseThatWasParked) {
  const auto payment = parked_purchase();
  const auto aborted = operator_->post(saga(payment) + "/abort", {{"reason", "the buyer rang"}});
  EXPECT_EQ(aborted.status, 200) << aborted.body;
  expect_state(payment, "COMPENSATED");
  expect_undone();
  const auto shown = operator_->get(saga(payment)).value();
  EXPECT_EQ(shown.at("failure"), "aborted");
  EXPECT_EQ(shown.at("reason"), "the buyer rang");
  EXPECT_EQ(buyer_->get("/v1/payments/" + payment).value().at("reason"), "aborted");
  EXPECT_EQ(faults_of_problem(operator_->post(saga(payment) + "/abort", {{"reason", "again"}}), 409,
                              "saga_not_parked"),
            "");
}

TEST_F(Operators, DoTheSameFromTheCommandLine) {
  const auto payment = parked_refund();
  const auto listed = run({"sagas", "list"});
  EXPECT_EQ(listed.code, 0) << listed.errors;
  EXPECT_TRUE(mentions(listed.output, payment)) << listed.output;
  EXPECT_TRUE(mentions(listed.output, "PARKED")) << listed.output;
  const auto as_json =
      json::parse(run({"sagas", "list", "--state", "parked", "--json"}).output, nullptr, false);
  ASSERT_TRUE(as_json.is_object());
  EXPECT_EQ(as_json.at("items").at(0).at("paymentId"), payment);
  const auto shown = run({"sagas", "show", payment});
  EXPECT_TRUE(mentions(shown.output, "refund without an answer after 2 tries")) << shown.output;

  const auto aborted =
      run({"sagas", "abort", payment, "--reason", "the buyer rang"}, operator_->token());
  EXPECT_EQ(aborted.code, 0) << aborted.errors;
  expect_state(payment, "REFUNDED");
  expect_undone();
  const auto again = run({"sagas", "resume", payment});
  EXPECT_EQ(again.code, 1);
  EXPECT_TRUE(mentions(again.errors, "saga_not_parked")) << again.errors;
  EXPECT_EQ(again.output, "");

  EXPECT_EQ(run({"sagas", "show", "pay_1"}).code, 1);
  EXPECT_EQ(run({"sagas", "list", "--state", "sleeping"}).code, 2);
  EXPECT_EQ(run({"outbox", "replay", "evt_1"}).code, 1);
  EXPECT_TRUE(eventually([&] { return run({"outbox", "list"}).output == "No such event.\n"; }));
  const auto refused = run({"sagas", "list"}, buyer_->token());
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(mentions(refused.errors, "forbidden")) << refused.errors;
}

TEST_F(Operators, AreToldWhenThereIsNoServer) {
  const auto gone = server_.url();
  EXPECT_EQ(server_.process().stop(), 0);
  rush::child_process child{server_binary(),
                            {"sagas", "list", "--server", gone, "--token", "x"},
                            server_.scratch() / "command.err"};
  EXPECT_EQ(child.read_rest(seconds{20}), "");
  EXPECT_EQ(child.wait(seconds{20}), 1);
  EXPECT_TRUE(mentions(child.error_text(), gone)) << child.error_text();
}

TEST_F(Operators, SeeTheNode) {
  const auto nodes = operator_->get("/v1/admin/nodes").value().at("items");
  ASSERT_EQ(nodes.size(), 1U);
  EXPECT_EQ(nodes[0].at("roles").size(), 6U);
  EXPECT_FALSE(nodes[0].at("version").get<std::string>().empty());
  EXPECT_TRUE(nodes[0].at("startedAt").get<std::string>().ends_with("Z"));
}

}  // namespace
}  // namespace boxoffice::system_test
