#include "tests/reliability/running_node.hpp"

#include "http/server/token.hpp"
#include "storage/sqlite/node_storage.hpp"

#include <charconv>
#include <stdexcept>

namespace boxoffice::reliability {
namespace {

constexpr auto secret = "0123456789abcdef0123456789abcdef";

settings settings_for(const std::filesystem::path& data_dir) {
  settings how;
  how.auth.secret = secret_text{secret};
  how.http.listen = {"127.0.0.1", 0};
  how.node.data_dir = data_dir;
  return how;
}

std::uint16_t port_of(const std::string& url) {
  std::uint16_t port = 0;
  const auto digits = url.substr(url.rfind(':') + 1);
  std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return port;
}

}  // namespace

running_node::running_node(const std::filesystem::path& data_dir)
    : how_{settings_for(data_dir)},
      services_{open_node_stores(data_dir), how_, {time_, random_, metrics_, nullptr}},
      gateway_{how_,
               {.system = services_.system(),
                .services = services_.services(),
                .catalogue = services_.catalogue(),
                .time = time_,
                .random = random_,
                .metrics = metrics_,
                .version = "test"}} {
  gateway_.start();
  if (!gateway_.await_ready({}).empty()) throw std::runtime_error{"the node is not ready"};
  port_ = port_of(gateway_.url());
}

running_node::~running_node() { stop(); }

void running_node::stop() {
  gateway_.stop();
  services_.stop();
}

std::string running_node::bearer(const std::string& user, const std::string& role) const {
  const auto level = role == "admin" ? http::access::admin : http::access::user;
  return http::sign_token(http::token_key::hs256(secret), {user_id{user}, level},
                          time_.now() + std::chrono::hours{1});
}

http::raw_answer running_node::ask(const question& what) const {
  std::string text{what.method};
  text += " " + what.path + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n";
  text += "Authorization: Bearer " + bearer(what.user, what.role) + "\r\n";
  if (!what.key.empty()) text += "Idempotency-Key: " + what.key + "\r\n";
  if (!what.token.empty()) text += "Queue-Token: " + what.token + "\r\n";
  if (!what.body.empty()) text += "Content-Type: application/json\r\n";
  text += "Content-Length: " + std::to_string(what.body.size()) + "\r\n\r\n" + what.body;
  return http::raw_client{port_}.ask(text);
}

std::string running_node::open_sale() {
  const auto concert = ask({.method = "POST",
                            .path = "/v1/concerts",
                            .body = R"({"title":"T","artist":"A"})",
                            .role = "admin"});
  const auto schedule =
      ask({.method = "POST",
           .path = "/v1/concerts/" + concert.json().value("concertId", "") + "/schedules",
           .body = R"({"startsAt":"2099-01-02T00:00:00Z","salesOpenAt":"2020-01-01T00:00:00Z",)"
                   R"("salesCloseAt":"2099-01-01T00:00:00Z","venue":"Hall",)"
                   R"("sections":[{"name":"A","rows":20,"seatsPerRow":20,"price":10}],)"
                   R"("maxSeatsPerUser":100})",
           .role = "admin"});
  if (schedule.status != 201) throw std::runtime_error{"no sale: " + schedule.body};
  return schedule.json().value("scheduleId", "");
}

}  // namespace boxoffice::reliability
