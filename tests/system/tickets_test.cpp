// A paid reservation's ticket, and what a door hears of it, over HTTP and from the command line.
#include "tests/system/door.hpp"
#include "tests/system/open_house.hpp"

#include <cctype>
#include <future>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace boxoffice::system_test {
namespace {

class Door : public open_house {
 protected:
  struct bought {
    visitor who;
    sale at;
    std::string reservation, payment, ticket;
  };
  static bought buy(const json& seats = {"A-1", "A-2"}) {
    const auto at = open_sale();
    auto who = buyer_at(at);
    const auto id = held(who, at, seats);
    auto payment = paid(who, id);
    const std::string text = who.get(ticket_path(id)).value().value("ticket", std::string{});
    return {std::move(who), at, id, std::move(payment), text};
  }
  static door& gate() {
    static std::optional<door> one;
    if (!one) one.emplace(server_->url());
    return *one;
  }
};

TEST_F(Door, APaidReservationHasATicket) {
  const auto at = open_sale();
  auto who = buyer_at(at);
  const auto id = held(who, at, {"A-3", "A-1"});
  const auto unpaid = who.get(ticket_path(id));
  EXPECT_EQ(faults_of_problem(unpaid, 409, "reservation_not_paid"), "");
  EXPECT_EQ(unpaid.value().at("reservationStatus"), "HELD");
  const auto payment = paid(who, id);
  const auto got = who.get(ticket_path(id)).value();
  EXPECT_EQ(members(got), (std::set<std::string>{"ticket", "reservationId", "scheduleId", "userId",
                                                 "seats", "startsAt", "venue"}));
  EXPECT_EQ(got.at("reservationId"), id);
  EXPECT_EQ(got.at("scheduleId"), at.schedule);
  EXPECT_EQ(got.at("userId"), who.name());
  EXPECT_EQ(got.at("seats"), json::array({"A-1", "A-3"}));
  const auto schedule = who.get("/v1/schedules/" + at.schedule).value();
  EXPECT_EQ(got.at("startsAt"), schedule.at("startsAt"));
  EXPECT_EQ(got.at("venue"), schedule.at("venue"));
  const std::string text = got.at("ticket");
  EXPECT_LE(text.size(), 300U);
  EXPECT_EQ(who.get(ticket_path(id)).value(), got) << "the same each time";
  auto rival = newcomer();
  EXPECT_EQ(faults_of_problem(rival.get(ticket_path(id)), 404, "reservation_not_found"), "");
  EXPECT_EQ(faults_of_problem(admin().get(ticket_path(id)), 404, "reservation_not_found"), "");
  EXPECT_EQ(faults_of_problem(who.get(ticket_path("none")), 404, "reservation_not_found"), "");
  EXPECT_EQ(who.refund(payment).status, 201);
  const auto refunded = who.get(ticket_path(id));
  EXPECT_EQ(faults_of_problem(refunded, 409, "reservation_not_paid"), "");
  EXPECT_EQ(refunded.value().at("reservationStatus"), "REFUNDED");
}

TEST_F(Door, KeepsTheFirstAdmission) {
  const auto one = buy();
  const auto looked = gate().looked_at(one.ticket);
  EXPECT_EQ(looked, (json{{"valid", true},
                          {"reason", nullptr},
                          {"reservationId", one.reservation},
                          {"scheduleId", one.at.schedule},
                          {"seats", {"A-1", "A-2"}},
                          {"admittedAt", nullptr},
                          {"admittedNow", false}}));
  const auto first = gate().admitted(one.ticket);
  EXPECT_EQ(first.at("valid"), true);
  EXPECT_EQ(first.at("admittedNow"), true);
  ASSERT_TRUE(first.at("admittedAt").is_string()) << first;
  for (const bool admit : {true, false, true}) {
    const auto later = gate().shown(one.ticket, admit);
    EXPECT_EQ(later.at("valid"), true);
    EXPECT_EQ(later.at("admittedAt"), first.at("admittedAt"));
    EXPECT_EQ(later.at("admittedNow"), false);
  }
}

TEST_F(Door, OfManyDoorsAtTheSameTimeOneIsFirst) {
  const auto one = buy();
  std::vector<std::future<json>> asked;
  for (int i = 0; i < 8; ++i)
    asked.push_back(
        std::async(std::launch::async, [&] { return door{server_->url()}.admitted(one.ticket); }));
  std::set<std::string> times;
  int first = 0;
  for (auto& each : asked) {
    const auto said = each.get();
    times.insert(said.at("admittedAt").get<std::string>());
    first += said.at("admittedNow") == true ? 1 : 0;
  }
  EXPECT_EQ(first, 1);
  EXPECT_EQ(times.size(), 1U);
}

TEST_F(Door, ARefundedTicketIsNotAdmitted) {
  auto fresh = buy(), used = buy();
  const auto when = gate().admitted(used.ticket).at("admittedAt");
  for (auto* each : {&fresh, &used})
    ASSERT_EQ(each->who.refund(each->payment).status, 201);
  const auto refused = gate().admitted(fresh.ticket);
  EXPECT_EQ(refused.at("valid"), false);
  EXPECT_EQ(refused.at("reason"), "refunded");
  EXPECT_EQ(refused.at("reservationId"), fresh.reservation);
  EXPECT_EQ(refused.at("seats"), json::array({"A-1", "A-2"}));
  EXPECT_EQ(refused.at("admittedAt"), nullptr);
  EXPECT_EQ(gate().looked_at(fresh.ticket), refused) << "and was not";
  const auto after = gate().admitted(used.ticket);
  EXPECT_EQ(after.at("reason"), "refunded");
  EXPECT_EQ(after.at("admittedAt"), when);
}

TEST_F(Door, OfAnotherScheduleATicketIsNotValid) {
  const auto one = buy();
  const auto other = open_sale();
  const auto refused = gate().shown(one.ticket, true, other.schedule);
  EXPECT_EQ(refused.at("valid"), false);
  EXPECT_EQ(refused.at("reason"), "other_schedule");
  EXPECT_EQ(refused.at("scheduleId"), one.at.schedule);
  EXPECT_EQ(refused.at("seats"), json::array({"A-1", "A-2"}));
  EXPECT_EQ(refused.at("admittedNow"), false);
  EXPECT_EQ(gate().looked_at(one.ticket).at("admittedAt"), nullptr) << "it was not admitted";
  EXPECT_EQ(gate().shown(one.ticket, true, one.at.schedule).at("admittedNow"), true);
  for (const char* none : {"sch_zzz", "none"})
    EXPECT_EQ(faults_of_problem(
                  gate().ask({{"ticket", one.ticket}, {"admit", true}, {"scheduleId", none}}), 404,
                  "schedule_not_found"),
              "");
}

TEST_F(Door, WhateverElseIsScannedIsAnsweredTable) {
  const auto one = buy();
  const auto two = buy();
  const auto flipped = [&](std::size_t at) {
    auto text = one.ticket;
    text.at(at) = text.at(at) == 'A' ? 'B' : 'A';
    return text;
  };
  const auto half = one.ticket.size() / 2;
  const std::map<std::string, std::string> table{
      {"one letter", "T"},
      {"the prefix", "T1."},
      {"without its prefix", one.ticket.substr(3)},
      {"another letter of the key", flipped(4)},
      {"another letter of the values", flipped(16)},
      {"another letter of the signature", flipped(one.ticket.size() - 8)},
      {"another last letter", flipped(one.ticket.size() - 1)},
      {"its first half", one.ticket.substr(0, half)},
      {"its second half", one.ticket.substr(half)},
      {"the halves of two tickets", one.ticket.substr(0, half) + two.ticket.substr(half)},
      {"in capitals",
       [&] {
         auto text = one.ticket;
         for (auto& c : text)
           c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
         return text;
       }()},
      {"a blank behind it", one.ticket + " "},
      {"a line behind it", one.ticket + "\n"},
      {"padded", one.ticket + "=="},
      {"its reservation", one.reservation},
      {"a token", one.who.token()},
      {"a token behind the prefix", "T1." + one.who.token()},
      {"an address", "https://example.com/ticket?id=1"},
      {"unicode", "입장권 🎫"},
      {"longer than a ticket", "T1." + std::string(298, 'A')},
      {"the longest that a QR code holds", std::string(4296, '7')},
  };
  for (const auto& [how, text] : table)
    for (const bool admit : {false, true}) {
      const auto said = gate().shown(text, admit);
      EXPECT_EQ(said, (json{{"valid", false},
                            {"reason", "bad_signature"},
                            {"reservationId", nullptr},
                            {"scheduleId", nullptr},
                            {"seats", json::array()},
                            {"admittedAt", nullptr},
                            {"admittedNow", false}}))
          << how;
    }
  EXPECT_EQ(gate().looked_at(one.ticket).at("admittedAt"), nullptr) << "none of them did anything";
  const auto ask = [&](const json& body) { return gate().ask(body); };
  EXPECT_EQ(faults_of_problem(ask({{"ticket", ""}, {"admit", true}}), 400, "invalid_field"), "");
  EXPECT_EQ(faults_of_problem(ask({{"ticket", std::string(4297, 'A')}, {"admit", true}}), 400,
                              "invalid_field"),
            "");
  EXPECT_EQ(faults_of_problem(ask({{"ticket", one.ticket}}), 400, "invalid_field"), "");
  EXPECT_EQ(
      faults_of_problem(ask({{"ticket", one.ticket}, {"admit", "yes"}}), 400, "invalid_field"), "");
  EXPECT_EQ(faults_of_problem(ask({{"ticket", one.ticket}, {"admit", true}, {"door", 1}}), 400,
                              "unknown_field"),
            "");
}

TEST_F(Door, IsForOperators) {
  auto one = buy();
  EXPECT_EQ(faults_of_problem(
                one.who.post("/v1/admin/tickets/verify", {{"ticket", one.ticket}, {"admit", true}}),
                403, "forbidden"),
            "");
  EXPECT_EQ(gate().looked_at(one.ticket).at("admittedAt"), nullptr);
  door admins{server_->url(), "admin"};
  EXPECT_EQ(admins.admitted(one.ticket).at("admittedNow"), true);
}

// Where `secret` is the one of the server (tests/rush/server_process.cpp).
TEST_F(Door, TheCommandChecksTheSignatureAlone) {
  const auto one = buy();
  const auto scratch = server_->scratch();
  const std::string secret = "auth.secret=a-secret-for-rush-and-tests-only";
  const auto good = verify(scratch, {one.ticket, "--set", secret});
  EXPECT_EQ(good.code, 0) << good.errors;
  for (const auto& part :
       {one.reservation, one.at.schedule, one.who.name(), std::string{"A-1, A-2"}})
    EXPECT_NE(good.output.find(part), std::string::npos) << good.output;
  const auto as_json = verify(scratch, {one.ticket, "--json", "--set", secret});
  EXPECT_EQ(json::parse(as_json.output), (json{{"valid", true},
                                               {"reservationId", one.reservation},
                                               {"scheduleId", one.at.schedule},
                                               {"userId", one.who.name()},
                                               {"seatCount", 2},
                                               {"seats", {"A-1", "A-2"}}}));
  const auto bad = verify(scratch, {one.ticket + "A", "--json", "--set", secret});
  EXPECT_EQ(bad.code, 1);
  EXPECT_EQ(json::parse(bad.output), (json{{"valid", false}, {"reason", "bad_signature"}}));
  EXPECT_EQ(verify(scratch, {one.ticket, "--set", "auth.secret=" + std::string(32, 'x')}).code, 1);
  const auto keyless = verify(scratch, {one.ticket});
  EXPECT_EQ(keyless.code, 2);
  EXPECT_NE(keyless.errors.find("tickets.public_key"), std::string::npos) << keyless.errors;
  EXPECT_EQ(verify(scratch, {"--set", secret}).code, 2) << "no ticket";
}

}  // namespace
}  // namespace boxoffice::system_test
