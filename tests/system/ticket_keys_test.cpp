// Tickets where servers come and go: keys, kills, another database.
#include "http/server/token.hpp"
#include "tests/system/door.hpp"
#include "tests/system/running_server.hpp"

#include <fstream>
#include <string>
#include <vector>

namespace boxoffice::system_test {
namespace {

constexpr const char* public_pem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEAfXgIQ85m7o3zVUQxZxlhUij2lpuEqGWsWMScs87qdrE=\n"
    "-----END PUBLIC KEY-----\n";
constexpr const char* private_pem =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIGUR7+eM1SRMmhtVHtu+pEFHGBTgluD3vuKhSE9rfaJs\n"
    "-----END PRIVATE KEY-----\n";

/// A concert on a server, and a buyer there.
struct stall {
  explicit stall(const std::string& url) : admin{url, "admin1", "admin"}, buyer{url, "ann"} {
    const auto concert = admin.open_concert();
    schedule = admin.open_schedule(concert, schedule_on_sale(2, 5));
    buyer.join(concert);
    EXPECT_EQ(buyer.charge(100'000).status, 201);
  }
  std::string buy(const std::string& seat) {
    const auto held = buyer.hold(schedule, {{"seats", {seat}}});
    EXPECT_EQ(held.status, 201) << held.body;
    const std::string id = held.value().at("reservationId");
    EXPECT_EQ(buyer.pay(id).status, 201);
    return id;
  }
  std::string ticket(const std::string& id) {
    return buyer.get(ticket_path(id)).value().value("ticket", std::string{});
  }

  visitor admin, buyer;
  std::string schedule;
};

TEST(DoorRestart, AnAcknowledgedAdmissionSurvivesAKill) {
  running_server server;
  std::string ticket;
  json first;
  {
    stall there{server.url()};
    ticket = there.ticket(there.buy("A-1"));
    first = door{server.url()}.admitted(ticket);
    ASSERT_EQ(first.at("admittedNow"), true) << first;
  }
  server.process().kill_hard();
  server.start();
  const auto again = door{server.url()}.admitted(ticket);
  EXPECT_EQ(again.at("valid"), true);
  EXPECT_EQ(again.at("admittedNow"), false);
  EXPECT_EQ(again.at("admittedAt"), first.at("admittedAt"));
}

TEST(DoorKeys, APairSignsAndItsPublicKeyIsEnoughToCheck) {
  running_server server{
      std::vector<std::string>{std::string{"tickets.private_key="} + private_pem}};
  stall there{server.url()};
  const auto ticket = there.ticket(there.buy("A-1"));
  EXPECT_LE(ticket.size(), 300U);
  EXPECT_EQ(door{server.url()}.admitted(ticket).at("admittedNow"), true);
  const auto settings = server.scratch() / "door.toml";
  std::ofstream{settings} << "[tickets]\npublic_key = \"\"\"\n" << public_pem << "\"\"\"\n";
  const auto good = verify(server.scratch(), {ticket, "--config", settings.string()});
  EXPECT_EQ(good.code, 0) << good.errors;
  EXPECT_EQ(verify(server.scratch(), {ticket + "A", "--config", settings.string()}).code, 1);
  const auto broken =
      verify(server.scratch(),
             {ticket, "--set",
              "tickets.public_key=-----BEGIN PUBLIC KEY-----\nsesame\n-----END PUBLIC KEY-----"});
  EXPECT_EQ(broken.code, 2);
  EXPECT_EQ(broken.errors.find("sesame"), std::string::npos) << broken.errors;
}

// Tokens are signed by somebody else, and no key of tickets is set.
TEST(DoorKeys, WithoutAnyTheRoutesSaySoAndTheStartWarns) {
  const rush::scratch_directory scratch{"boxoffice-door"};
  rush::server_setup setup{.program = server_binary(), .data_dir = scratch.path() / "data"};
  std::string reservation, ticket;
  {
    rush::server_process server{setup};
    stall there{server.url()};
    reservation = there.buy("A-1");
    ticket = there.ticket(reservation);
    server.stop();
  }
  setup.settings = {"auth.dev=false", "auth.secret=", "auth.algorithm=EdDSA",
                    std::string{"auth.public_key="} + public_pem};
  rush::server_process server{setup};
  EXPECT_NE(server.process().error_text().find("no key signs tickets"), std::string::npos);
  plain_client client{server.url()};
  const auto as = [](const std::string& who, http::access level) {
    const auto key = *http::token_key::ed25519_private(private_pem);
    return "Bearer " + http::sign_token(key, {{who}, level}, from_unix_ms(4'000'000'000'000));
  };
  const auto unsigned_ =
      client.send({.target = ticket_path(reservation),
                   .headers = {{"Authorization", as("ann", http::access::user)}}});
  EXPECT_EQ(faults_of_problem(unsigned_, 503, "unavailable"), "");
  EXPECT_NE(unsigned_.value().at("detail").get<std::string>().find("no key to sign"),
            std::string::npos);
  const auto unchecked =
      client.send({.method = "POST",
                   .target = "/v1/admin/tickets/verify",
                   .headers = {{"Authorization", as("op", http::access::operator_)},
                               {"Content-Type", "application/json"}},
                   .body = json{{"ticket", ticket}, {"admit", true}}.dump()});
  EXPECT_EQ(faults_of_problem(unchecked, 503, "unavailable"), "");
}

TEST(DoorKeys, ATicketOfAnotherDatabaseIsUnknown) {
  running_server server;
  stall there{server.url()};
  const auto id = there.buy("A-1");
  const auto ticket = there.ticket(id);
  running_server other;  // the same secret, another database
  const auto unknown = door{other.url()}.admitted(ticket);
  EXPECT_EQ(unknown.at("valid"), false);
  EXPECT_EQ(unknown.at("reason"), "unknown");
  EXPECT_EQ(unknown.at("reservationId"), id);
  EXPECT_EQ(unknown.at("seats"), json::array({"A-1"})) << "as signed";
  EXPECT_EQ(unknown.at("admittedAt"), nullptr);
}

}  // namespace
}  // namespace boxoffice::system_test
