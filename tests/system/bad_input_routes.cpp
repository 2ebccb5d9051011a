#include "tests/system/bad_input_cases.hpp"

#include <array>

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace boxoffice::system_test {
namespace {

std::string base64url(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  while (out.ends_with('='))
    out.pop_back();
  for (auto& c : out) {
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  return out;
}

const char* const schedule_body =
    R"({"startsAt":"2099-03-01T10:00:00.000Z","salesOpenAt":"2026-01-01T00:00:00.000Z",)"
    R"("salesCloseAt":"2099-02-01T00:00:00.000Z","venue":"Hall","holdSeconds":60,)"
    R"("holdExtensionSeconds":0,)"
    R"("maxSeatsPerUser":4,"sections":[{"name":"A","rows":2,"seatsPerRow":5,"price":100}]})";
const char* const concert_body = R"({"title":"T","artist":"A","description":"D",)"
                                 R"("waitingRoom":{"activeMax":10,"admitPerSecond":10}})";

header_list key() { return {{"Idempotency-Key", "bad"}}; }
header_list key_and_place(const stage& on) {
  return {{"Idempotency-Key", "bad"}, {"Queue-Token", on.queue_token}};
}

std::vector<route_line> catalogue_routes(const stage& on) {
  const std::string concert = "/v1/concerts/" + on.concert;
  const std::string schedule = "/v1/schedules/" + on.schedule;
  return {
      {.method = "GET", .path = "/", .allow = "GET, HEAD"},
      {.method = "GET", .path = "/console", .allow = "GET, HEAD"},
      {.method = "GET", .path = "/healthz", .allow = "GET, HEAD"},
      {.method = "GET", .path = "/readyz", .allow = "GET, HEAD"},
      {.method = "GET", .path = "/metrics", .allow = "GET, HEAD"},
      {.method = "GET", .path = "/openapi.json", .allow = "GET, HEAD"},
      {.method = "GET", .path = "/docs", .allow = "GET, HEAD"},
      {.method = "GET", .path = "/docs/style.css", .allow = "GET, HEAD"},
      {.method = "GET", .path = "/problems/seat_taken", .allow = "GET, HEAD"},
      {.method = "POST",
       .path = "/v1/dev/tokens",
       .body = R"({"userId":"u1","role":"user"})",
       .allow = "POST"},
      {.method = "POST",
       .path = "/v1/concerts",
       .role = "admin",
       .body = concert_body,
       .allow = "GET, HEAD, POST",
       .optional = {"/description", "/waitingRoom"}},
      {.method = "GET", .path = "/v1/concerts", .allow = "GET, HEAD, POST", .paged = true},
      {.method = "GET", .path = concert, .allow = "GET, HEAD"},
      {.method = "POST",
       .path = concert + "/schedules",
       .role = "admin",
       .body = schedule_body,
       .allow = "GET, HEAD, POST",
       .optional = {"/holdSeconds", "/holdExtensionSeconds", "/maxSeatsPerUser"},
       .body_bytes_max = std::size_t{4} * 1024 * 1024},
      {.method = "GET", .path = concert + "/schedules", .allow = "GET, HEAD, POST", .paged = true},
      {.method = "GET", .path = schedule, .allow = "GET, HEAD"},
      {.method = "GET", .path = schedule + "/seats", .allow = "GET, HEAD"},
      {.method = "GET", .path = schedule + "/seats/stream", .allow = "GET, HEAD"},
      {.method = "GET", .path = schedule + "/seats/changes", .allow = "GET, HEAD"},
      {.method = "PUT",
       .path = "/v1/admin/concerts/" + on.concert + "/waiting-room",
       .role = "operator",
       .body = R"({"activeMax":10,"admitPerSecond":10})",
       .allow = "PUT"},
  };
}

std::vector<route_line> user_routes(const stage& on) {
  const std::string reservation = "/v1/reservations/" + on.held;
  const std::string payment = "/v1/payments/" + on.payment;
  const std::string in_schedule = R"({"scheduleId":")" + on.schedule + R"(",)";
  return {
      {.method = "POST",
       .path = "/v1/queue/tokens",
       .role = "user",
       .body = R"({"concertId":")" + on.other_concert + R"("})",
       .allow = "POST"},
      {.method = "GET",
       .path = "/v1/queue/tokens/" + on.queue_token,
       .role = "user",
       .allow = "DELETE, GET, HEAD"},
      {.method = "GET",
       .path = "/v1/queue/tokens/" + on.queue_token + "/stream",
       .role = "user",
       .allow = "GET, HEAD"},
      {.method = "POST",
       .path = "/v1/streams/tickets",
       .role = "user",
       .body = R"({"path":"/v1/schedules/)" + on.schedule + R"(/seats/stream"})",
       .allow = "POST"},
      {.method = "GET", .path = "/v1/points", .role = "user", .allow = "GET, HEAD"},
      {.method = "POST",
       .path = "/v1/points/charges",
       .role = "user",
       .body = R"({"amount":5})",
       .headers = key(),
       .allow = "POST"},
      {.method = "GET",
       .path = "/v1/points/transactions",
       .role = "user",
       .allow = "GET, HEAD",
       .paged = true},
      {.method = "POST",
       .path = "/v1/reservations",
       .role = "user",
       .body = in_schedule + R"("seats":["A-9"]})",
       .headers = key_and_place(on),
       .allow = "GET, HEAD, POST"},
      {.method = "POST",
       .path = "/v1/reservations",
       .role = "user",
       .body = in_schedule + R"("bestAvailable":{"count":1,"section":"A"}})",
       .headers = {{"Idempotency-Key", "bad2"}, {"Queue-Token", on.queue_token}},
       .allow = "GET, HEAD, POST",
       .optional = {"/bestAvailable/section"}},
      {.method = "GET",
       .path = "/v1/reservations",
       .role = "user",
       .allow = "GET, HEAD, POST",
       .paged = true},
      {.method = "GET", .path = reservation, .role = "user", .allow = "DELETE, GET, HEAD"},
      {.method = "POST",
       .path = reservation + "/extension",
       .role = "user",
       .headers = key(),
       .allow = "POST",
       .answered = 409},
      {.method = "GET",
       .path = reservation + "/ticket",
       .role = "user",
       .allow = "GET, HEAD",
       .answered = 409},
      {.method = "POST",
       .path = "/v1/payments",
       .role = "user",
       .body = R"({"reservationId":")" + on.held + R"("})",
       .headers = key_and_place(on),
       .allow = "POST"},
      {.method = "GET", .path = payment, .role = "user", .allow = "GET, HEAD"},
      {.method = "POST",
       .path = payment + "/refunds",
       .role = "user",
       .body = "{}",
       .headers = key(),
       .allow = "POST"},
  };
}

std::vector<route_line> operator_routes(const stage& on) {
  const std::string saga = "/v1/admin/sagas/" + on.payment;
  return {
      {.method = "GET", .path = "/v1/rankings/best-selling", .allow = "GET, HEAD", .paged = true},
      {.method = "GET", .path = "/v1/rankings/sold-out", .allow = "GET, HEAD", .paged = true},
      {.method = "GET",
       .path = "/v1/admin/sagas",
       .role = "operator",
       .allow = "GET, HEAD",
       .paged = true},
      {.method = "GET", .path = saga, .role = "operator", .allow = "GET, HEAD"},
      {.method = "POST",
       .path = saga + "/resume",
       .role = "operator",
       .allow = "POST",
       .answered = 409},
      {.method = "POST",
       .path = saga + "/abort",
       .role = "operator",
       .body = R"({"reason":"asked by the buyer"})",
       .allow = "POST",
       .answered = 409},
      {.method = "GET",
       .path = "/v1/admin/outbox",
       .role = "operator",
       .allow = "GET, HEAD",
       .paged = true},
      {.method = "POST",
       .path = "/v1/admin/outbox/" + on.event + "/replay",
       .role = "operator",
       .allow = "POST",
       .answered = 409},
      {.method = "GET", .path = "/v1/admin/nodes", .role = "operator", .allow = "GET, HEAD"},
      {.method = "GET", .path = "/v1/admin/stream", .role = "operator", .allow = "GET, HEAD"},
      {.method = "POST",
       .path = "/v1/admin/tickets/verify",
       .role = "operator",
       .body = R"({"ticket":"T1.AbCd","admit":true,"scheduleId":")" + on.schedule + R"("})",
       .allow = "POST",
       .optional = {"/scheduleId"}},
  };
}

// They take away what the others need.
std::vector<route_line> routes_to_ask_last(const stage& on) {
  return {
      {.method = "DELETE",
       .path = "/v1/reservations/" + on.spare,
       .role = "user",
       .allow = "DELETE, GET, HEAD"},
      {.method = "DELETE",
       .path = "/v1/queue/tokens/" + on.queue_token,
       .role = "user",
       .allow = "DELETE, GET, HEAD"},
  };
}

}  // namespace

std::string signed_token(const json& header, const json& claims, std::string_view secret) {
  const auto text = base64url(header.dump()) + "." + base64url(claims.dump());
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), &size);
  return text + "." + base64url({reinterpret_cast<const char*>(mac.data()), size});
}

std::vector<route_line> all_routes(const stage& on) {
  std::vector<route_line> all;
  for (const auto& part :
       {catalogue_routes(on), user_routes(on), operator_routes(on), routes_to_ask_last(on)})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

plain_request good_request(const route_line& line, const stage& on) {
  plain_request request{
      .method = line.method, .target = line.path, .headers = line.headers, .body = line.body};
  if (!line.body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  const auto& token = line.role == "admin" ? on.admin : line.role == "operator" ? on.oper : on.user;
  if (!line.role.empty()) request.headers.emplace_back("Authorization", "Bearer " + token);
  return request;
}

}  // namespace boxoffice::system_test
