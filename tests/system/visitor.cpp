#include "tests/system/visitor.hpp"

#include "actors/core/time.hpp"

#include <stdexcept>
#include <utility>

namespace boxoffice::system_test {
namespace {

std::string created_id(const plain_answer& answer, const char* name) {
  if (answer.status != 201)
    throw std::runtime_error{"not created: " + std::to_string(answer.status) + " " + answer.body};
  return answer.value().at(name).get<std::string>();
}

}  // namespace

std::string time_from_now(std::chrono::milliseconds ahead) {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  return to_rfc3339(now + ahead);
}

json schedule_on_sale(int rows, int seats_per_row) {
  using std::chrono::hours;
  return {{"startsAt", time_from_now(hours{48})},
          {"salesOpenAt", time_from_now(-hours{1})},
          {"salesCloseAt", time_from_now(hours{24})},
          {"venue", "Hall"},
          {"holdSeconds", 600},
          {"sections",
           {{{"name", "A"}, {"rows", rows}, {"seatsPerRow", seats_per_row}, {"price", 1000}}}}};
}

visitor::visitor(const std::string& url, std::string name, const std::string& role)
    : client_{url}, name_{std::move(name)} {
  token_ = created_id(post("/v1/dev/tokens", {{"userId", name_}, {"role", role}}), "token");
}

plain_answer visitor::send(const std::string& method, const std::string& target,
                           const std::string& body, const header_list& more) {
  plain_request request{.method = method, .target = target, .headers = more, .body = body};
  if (!token_.empty()) request.headers.emplace_back("Authorization", "Bearer " + token_);
  if (!body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  return client_.send(request);
}

plain_answer visitor::get(const std::string& target, const header_list& more) {
  return send("GET", target, "", more);
}
plain_answer visitor::post(const std::string& target, const json& body, const header_list& more) {
  return send("POST", target, body.dump(), more);
}
plain_answer visitor::put(const std::string& target, const json& body) {
  return send("PUT", target, body.dump(), {});
}
plain_answer visitor::remove(const std::string& target) { return send("DELETE", target, "", {}); }

std::string visitor::fresh_key() { return name_ + "-key-" + std::to_string(++keys_); }

plain_answer visitor::join(const std::string& concert) {
  auto answer = post("/v1/queue/tokens", {{"concertId", concert}});
  const auto value = answer.value();
  if (value.is_object()) queue_token_ = value.value("token", queue_token_);
  return answer;
}

plain_answer visitor::charge(std::int64_t amount, const std::string& key) {
  return post("/v1/points/charges", {{"amount", amount}},
              {{"Idempotency-Key", key.empty() ? fresh_key() : key}});
}

plain_answer visitor::hold(const std::string& schedule, json wish, const std::string& key) {
  wish["scheduleId"] = schedule;
  return post(
      "/v1/reservations", wish,
      {{"Idempotency-Key", key.empty() ? fresh_key() : key}, {"Queue-Token", queue_token_}});
}

plain_answer visitor::pay(const std::string& reservation, const std::string& key) {
  return post(
      "/v1/payments", {{"reservationId", reservation}},
      {{"Idempotency-Key", key.empty() ? fresh_key() : key}, {"Queue-Token", queue_token_}});
}

plain_answer visitor::extend(const std::string& reservation, const std::string& key) {
  return send("POST", "/v1/reservations/" + reservation + "/extension", "",
              {{"Idempotency-Key", key.empty() ? fresh_key() : key}});
}

plain_answer visitor::refund(const std::string& payment, const std::string& key) {
  return post("/v1/payments/" + payment + "/refunds", json::object(),
              {{"Idempotency-Key", key.empty() ? fresh_key() : key}});
}

std::string visitor::open_concert(const json& waiting_room) {
  json body{{"title", "An evening"}, {"artist", "Somebody"}};
  if (!waiting_room.is_null()) body["waitingRoom"] = waiting_room;
  return created_id(post("/v1/concerts", body), "concertId");
}

std::string visitor::open_schedule(const std::string& concert, const json& body) {
  return created_id(post("/v1/concerts/" + concert + "/schedules", body), "scheduleId");
}

}  // namespace boxoffice::system_test
