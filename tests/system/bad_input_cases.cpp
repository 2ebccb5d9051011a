#include "tests/system/bad_input_cases.hpp"

#include <algorithm>
#include <chrono>

namespace boxoffice::system_test {
namespace {

/// Collects the cases of one route after the other.
struct case_list {
  const stage& on;
  std::vector<bad_case> all{};
  int keys{0};

  void add(const route_line& line, const std::string& what, plain_request request, int status,
           const std::string& code, const std::string& pointer = {}) {
    // A key of its own each, so that no case is the replay of another one.
    for (auto& [name, value] : request.headers)
      if (name == "Idempotency-Key" && value.starts_with("bad")) value += std::to_string(++keys);
    all.push_back(
        {line.method + " " + line.path + ": " + what, std::move(request), status, code, pointer});
  }
};

void set_header(plain_request& request, const std::string& name, const std::string& value) {
  std::erase_if(request.headers, [&](const auto& h) { return h.first == name; });
  request.headers.emplace_back(name, value);
}
void drop_header(plain_request& request, const std::string& name) {
  std::erase_if(request.headers, [&](const auto& h) { return h.first == name; });
}
bool has_header(const route_line& line, const std::string& name) {
  return std::ranges::any_of(line.headers, [&](const auto& h) { return h.first == name; });
}

void add_methods(case_list& to, const route_line& line) {
  for (const std::string method : {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"}) {
    if (line.allow.find(method) != std::string::npos) continue;
    auto request = good_request(line, to.on);
    request.method = method;
    to.add(line, "asked by " + method, request, 405, "method_not_allowed");
  }
}

void add_tokens(case_list& to, const route_line& line) {
  if (line.role.empty()) return;
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  const json header{{"alg", "HS256"}, {"typ", "JWT"}};
  const json claims{{"sub", "u1"}, {"role", "admin"}, {"exp", now + 1000}};
  const auto with = [&](const char* name, const json& value) {
    auto changed = claims;
    changed[name] = value;
    return signed_token(header, changed, test_secret);
  };
  const auto without = [&](const char* name) {
    auto changed = claims;
    changed.erase(name);
    return signed_token(header, changed, test_secret);
  };
  const auto good = signed_token(header, claims, test_secret);
  const auto none = signed_token({{"alg", "none"}}, claims, test_secret);
  const std::vector<std::pair<std::string, std::string>> tokens{
      {"expired", with("exp", now - 1)},
      {"expired now", with("exp", now)},
      {"negative exp", with("exp", -1)},
      {"exp as text", with("exp", std::to_string(now + 1000))},
      {"no exp", without("exp")},
      {"no sub", without("sub")},
      {"no role", without("role")},
      {"sub with other characters", with("sub", "a b")},
      {"sub too long", with("sub", std::string(41, 'a'))},
      {"empty sub", with("sub", "")},
      {"sub as number", with("sub", 1)},
      {"role that is none", with("role", "root")},
      {"not valid yet", with("nbf", now + 1000)},
      {"other secret", signed_token(header, claims, "another-secret")},
      {"alg none", none},
      {"alg none, unsigned", none.substr(0, none.rfind('.') + 1)},
      {"alg of another family", signed_token({{"alg", "HS512"}}, claims, test_secret)},
      {"signature cut off", good.substr(0, good.rfind('.'))},
      {"signature changed", good.substr(0, good.size() - 4) + "AAAA"},
      {"no JWT", "hello"},
      {"empty", ""},
      {"too long", std::string(5000, 'a')}};
  for (const auto& [what, token] : tokens) {
    auto request = good_request(line, to.on);
    set_header(request, "Authorization", "Bearer " + token);
    to.add(line, "token " + what, request, 401, "unauthenticated");
  }
  auto request = good_request(line, to.on);
  drop_header(request, "Authorization");
  to.add(line, "no token", request, 401, "unauthenticated");
  set_header(request, "Authorization", "Basic dTE6cHc=");
  to.add(line, "basic authentication", request, 401, "unauthenticated");
  for (const auto* lower : {&to.on.user, &to.on.oper}) {
    if (line.role == "user" || (line.role == "operator" && lower == &to.on.oper)) continue;
    set_header(request, "Authorization", "Bearer " + *lower);
    to.add(line, "too low a role", request, 403, "forbidden");
  }
}

void add_keys(case_list& to, const route_line& line) {
  if (!has_header(line, "Idempotency-Key")) return;
  const auto with = [&](const std::string& key) {
    auto request = good_request(line, to.on);
    set_header(request, "Idempotency-Key", key);
    return request;
  };
  auto request = good_request(line, to.on);
  drop_header(request, "Idempotency-Key");
  to.add(line, "no key", request, 400, "idempotency_key_required");
  to.add(line, "empty key", with(""), 400, "idempotency_key_required");
  for (const std::string& key :
       {std::string(129, 'k'), std::string{"a b"}, std::string{"k\xC3\xA9"}})
    to.add(line, "key " + key, with(key), 400, "invalid_field", "/header/Idempotency-Key");
  request = with("one");
  request.headers.emplace_back("Idempotency-Key", "two");
  to.add(line, "two keys", request, 400, "invalid_field", "/header/Idempotency-Key");
}

void add_queries(case_list& to, const route_line& line) {
  if (line.path == "/" || line.path == "/console") return;  // links to pages get more on their way
  const auto add = [&](const std::string& query, const std::string& name) {
    auto request = good_request(line, to.on);
    request.target += "?" + query;
    to.add(line, "?" + query, request, 400, "invalid_field", "/query/" + name);
  };
  add("colour=red", "colour");
  add("Limit=1", "Limit");
  if (!line.paged) return;
  for (const char* wrong :
       {"0", "-1", "201", "1.5", "1e1", "abc", "", "%2B1", "99999999999999999999"})
    add(std::string{"limit="} + wrong, "limit");
  add("limit=1&limit=2", "limit");
  if (line.path.starts_with("/v1/rankings")) return;
  for (const std::string& wrong : {std::string{"abc"}, std::string{},
                                   std::string{"c1zzzzzzzzzzzzzzzz"}, std::string(500, 'c')})
    add("cursor=" + wrong, "cursor");
}

// Neither form of an answer is taken.
void add_codings(case_list& to, const route_line& line) {
  if (line.method != "GET") return;
  for (const char* wrong : {"identity;q=0", "*;q=0", "br, *;q=0.000", "gzip;q=0, identity;q=0"}) {
    auto request = good_request(line, to.on);
    set_header(request, "Accept-Encoding", wrong);
    to.add(line, std::string{"taking "} + wrong, request, 406, "not_acceptable");
  }
}

void add_broken_json(case_list& to, const route_line& line) {
  const auto with = [&](const std::string& body) {
    auto request = good_request(line, to.on);
    request.body = body;
    return request;
  };
  const auto& good = line.body;
  std::string nested = R"({"a":)";
  nested += std::string(2000, '[') + std::string(2000, ']') + "}";
  const std::string nul(1, '\0');
  for (const std::string& body : {std::string{"{"},
                                  std::string{},
                                  std::string{"nul"},
                                  std::string{"{'a':1}"},
                                  std::string{R"({"a":1,})"},
                                  std::string{R"({"a":NaN})"},
                                  std::string{R"({"a":1e999})"},
                                  std::string{R"({"a":01})"},
                                  good + "x",
                                  good + good,
                                  good + nul,
                                  nul + good,
                                  R"({"a":")" + nul + "\"}",
                                  std::string{"{\"a\":\"\xFF\"}"},
                                  std::string{"{\"a\":\"\xC0\x80\"}"},
                                  std::string{R"({"a":"\ud800"})"},
                                  std::string{"{\"a\":\"\xED\xA0\x80\"}"},
                                  std::string{R"({"a":1,"a":1})"},
                                  nested,
                                  std::string{"{\"a\":\"\n\"}"}})
    to.add(line, "body " + body.substr(0, 60), with(body), 400, "malformed_json");
  for (const char* body : {"[]", "\"x\"", "1", "null", "true"})
    to.add(line, std::string{"body "} + body, with(body), 400, "invalid_field");
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "application/jsonp",
                           "application/json; charset=latin1", "multipart/form-data"}) {
    auto request = good_request(line, to.on);
    set_header(request, "Content-Type", type);
    to.add(line, std::string{"type "} + type, request, 415, "unsupported_media_type");
  }
  auto request = good_request(line, to.on);
  drop_header(request, "Content-Type");
  to.add(line, "no type", request, 415, "unsupported_media_type");
  to.add(line, "large body", with(good + std::string(line.body_bytes_max, ' ')), 413,
         "payload_too_large");
}

void add_members(case_list& to, const route_line& line) {
  const auto good = json::parse(line.body);
  const auto add = [&](const std::string& what, const json& body, const std::string& code,
                       const std::string& pointer, const std::string& raw = {}) {
    auto request = good_request(line, to.on);
    request.body = body.dump();
    constexpr std::string_view mark = R"("@@")";
    if (!raw.empty()) request.body.replace(request.body.find(mark), mark.size(), raw);
    to.add(line, what, request, 400, code, pointer);
  };
  auto more = good;
  more["colour"] = "red";
  add("an unknown member", more, "unknown_field", "/colour");
  if (good.empty()) return;
  const auto leaves = good.flatten();
  for (const auto& [pointer, value] : leaves.items()) {
    const json::json_pointer at{pointer};
    const bool number = value.is_number();
    // An element of a list may be left out; a member may when it is named as optional.
    const auto last = pointer.substr(pointer.rfind('/') + 1);
    const bool element = last.find_first_not_of("0123456789") == std::string::npos;
    if (!element && std::ranges::find(line.optional, pointer) == line.optional.end()) {
      auto body = good;
      body[at.parent_pointer()].erase(last);
      add("without " + pointer, body, "invalid_field", pointer);
    }
    auto body = good;
    body[at] = "@@";
    for (const char* wrong : {"null", value.is_boolean() ? "\"true\"" : "true", "[]", "{}", "1.5",
                              "1.0", "1e3", "-0.0"})
      add(pointer + " = " + wrong, body, "invalid_field", pointer, wrong);
    if (number) {
      for (const char* wrong : {"\"5\"", "9007199254740992", "-9007199254740992",
                                "18446744073709551616", "9223372036854775808"})
        add(pointer + " = " + wrong, body, "invalid_field", pointer, wrong);
    } else {
      for (const std::string& wrong :
           {std::string{"5"}, std::string{R"("")"}, std::string{R"("a\u0000b")"},
            '"' + std::string(20'000, 'x') + '"'})
        if (!(pointer == "/description" && wrong == R"("")"))
          add(pointer + " = " + wrong.substr(0, 20), body, "invalid_field", pointer, wrong);
    }
  }
}

struct value_line {
  std::string path_end, pointer, raw;
};

/// Values of the right type that are out of their range; the body is else the good one.
void add_ranges(case_list& to, const route_line& line) {
  const std::vector<value_line> values{
      {"/schedules", "/sections/0/rows", "0"},
      {"/schedules", "/sections/0/rows", "-1"},
      {"/schedules", "/sections/0/rows", "10001"},
      {"/schedules", "/sections/0/seatsPerRow", "0"},
      {"/schedules", "/sections/0/seatsPerRow", "10001"},
      {"/schedules", "/sections/0/price", "-1"},
      {"/schedules", "/sections/0/price", "1000000001"},
      {"/schedules", "/sections/0/name", R"("A-B")"},
      {"/schedules", "/sections/0/name", R"("AAAAAAAAAAAAAAAAA")"},
      {"/schedules", "/sections", "[]"},
      {"/schedules", "/sections", "{}"},
      {"/schedules", "/sections",
       R"([{"name":"A","rows":1,"seatsPerRow":1,"price":1},)"
       R"({"name":"A","rows":1,"seatsPerRow":1,"price":1}])"},
      {"/schedules", "/sections", R"([{"name":"A","rows":10000,"seatsPerRow":11,"price":1}])"},
      {"/schedules", "/holdSeconds", "0"},
      {"/schedules", "/holdSeconds", "-5"},
      {"/schedules", "/holdSeconds", "3601"},
      {"/schedules", "/holdExtensionSeconds", "-1"},
      {"/schedules", "/holdExtensionSeconds", "3601"},
      {"/schedules", "/maxSeatsPerUser", "0"},
      {"/schedules", "/maxSeatsPerUser", "101"},
      {"/schedules", "/startsAt", R"("2026-13-01T00:00:00.000Z")"},
      {"/schedules", "/startsAt", R"("tomorrow")"},
      {"/schedules", "/salesCloseAt", R"("2099-03-01T10:00:00.001Z")"},
      {"/schedules", "/salesOpenAt", R"("2099-02-01T00:00:00.000Z")"},
      {"/v1/concerts", "/waitingRoom/activeMax", "0"},
      {"/v1/concerts", "/waitingRoom/activeMax", "100001"},
      {"/v1/concerts", "/waitingRoom/admitPerSecond", "-1"},
      {"/v1/concerts", "/title", '"' + std::string(201, 't') + '"'},
      {"/waiting-room", "/activeMax", "0"},
      {"/waiting-room", "/activeMax", "-1"},
      {"/waiting-room", "/admitPerSecond", "0"},
      {"/waiting-room", "/admitPerSecond", "100001"},
      {"/v1/dev/tokens", "/role", R"("root")"},
      {"/v1/dev/tokens", "/userId", R"("a b")"},
      {"/v1/queue/tokens", "/concertId", R"("a/b")"},
      {"/v1/queue/tokens", "/concertId", '"' + std::string(41, 'c') + '"'},
      {"/v1/payments", "/reservationId", R"("..")"},
      {"/v1/reservations", "/scheduleId", R"("a b")"},
      {"/v1/reservations", "/seats", "[]"},
      {"/v1/reservations", "/seats", R"(["A-8","A-9","A-8"])"},
      {"/v1/reservations", "/seats", R"("A-8")"},
      {"/v1/reservations", "/bestAvailable/count", "0"},
      {"/v1/reservations", "/bestAvailable/count", "-1"},
      {"/v1/reservations", "/bestAvailable/count", "100001"},
  };
  const auto good = json::parse(line.body);
  for (const auto& each : values) {
    const json::json_pointer at{each.pointer};
    if (!line.path.ends_with(each.path_end) || !good.contains(at)) continue;
    auto body = good;
    body[at] = json::parse(each.raw);
    auto request = good_request(line, to.on);
    request.body = body.dump();
    to.add(line, each.pointer + " = " + each.raw, request, 400, "invalid_field", each.pointer);
  }
  if (!line.path.ends_with("/v1/reservations")) return;
  auto both = good;
  both["seats"] = {"A-8"};
  both["bestAvailable"] = {{"count", 1}};
  auto request = good_request(line, to.on);
  request.body = both.dump();
  to.add(line, "seats and bestAvailable", request, 400, "invalid_field");
}

/// Ids in the path that name nothing, another kind of thing, or what belongs to somebody else.
void add_ids(case_list& to, const route_line& line) {
  struct id_line {
    std::string own, foreign, code;
  };
  const auto& on = to.on;
  const std::vector<id_line> kinds{{on.concert, "", "concert_not_found"},
                                   {on.schedule, "", "schedule_not_found"},
                                   {on.queue_token, on.strange_queue_token, "not_found"},
                                   {on.held, on.strange_held, "reservation_not_found"},
                                   {on.spare, on.strange_held, "reservation_not_found"},
                                   {on.payment, on.strange_payment, "payment_not_found"},
                                   {on.event, "", "event_not_found"}};
  for (const auto& kind : kinds) {
    const auto place = line.path.find("/" + kind.own);
    if (place == std::string::npos || has_header(line, "Idempotency-Key")) continue;
    std::vector<std::string> wrong{"x",
                                   "-1",
                                   "0",
                                   "1",
                                   "99999999999999999999",
                                   std::string(41, 'a'),
                                   "%00",
                                   "%FF",
                                   "a%2Fb",
                                   "%27%20OR%201%3D1",
                                   "..%2F"};
    for (const auto& other : kinds)
      if (other.code != kind.code) wrong.push_back(other.own);
    if (!kind.foreign.empty() && line.role == "user") wrong.push_back(kind.foreign);
    for (const auto& id : wrong) {
      auto request = good_request(line, on);
      request.target.replace(place + 1, kind.own.size(), id);
      if (id == "%00" || id == "%FF") {
        to.add(line, "id " + id, request, 400, "malformed_request");
      } else {
        to.add(line, "id " + id, request, 404, kind.code);
      }
    }
  }
}

void add_places_in_line(case_list& to, const route_line& line) {
  if (!has_header(line, "Queue-Token")) return;
  auto request = good_request(line, to.on);
  drop_header(request, "Queue-Token");
  to.add(line, "no queue token", request, 403, "queue_token_required");
  for (const auto& wrong : {std::string{"x"}, std::string(500, 'q'), to.on.strange_queue_token,
                            to.on.held, to.on.payment, to.on.concert}) {
    set_header(request, "Queue-Token", wrong);
    to.add(line, "queue token " + wrong, request, 403, "queue_token_invalid");
  }
}

void add_odd_filters(case_list& to) {
  const auto add = [&](const std::string& path, const std::string& query, const std::string& name) {
    const auto* role = path.starts_with("/v1/admin") ? "operator" : "user";
    const route_line line{.method = "GET", .path = path + "?" + query, .role = role};
    to.add(line, "", good_request(line, to.on), 400, "invalid_field", "/query/" + name);
  };
  for (const char* wrong : {"sleeping", "", "PARKED,FAILED"})
    add("/v1/admin/sagas", std::string{"state="} + wrong, "state");
  for (const char* wrong : {"-1", "", "1.5", "x", "1000000001", "99999999999999999999"})
    add("/v1/admin/sagas", std::string{"olderThanSeconds="} + wrong, "olderThanSeconds");
  add("/v1/admin/outbox", "state=PARKED", "state");
  add("/v1/schedules/" + to.on.schedule + "/seats", "status=FREE", "status");
  add("/v1/schedules/" + to.on.schedule + "/seats", "status=available", "status");
  add("/v1/schedules/" + to.on.schedule + "/seats", "section=", "section");
  add("/v1/reservations", "status=SOLD", "status");
  add("/v1/reservations", "status=", "status");
  add("/v1/rankings/best-selling", "window=2h", "window");
  for (const char* path : {"/v1", "/v1/", "/v2/concerts", "/v1/concerts/", "/v1//concerts",
                           "/v1/points/", "/V1/concerts", "/v1/payments/a/b/c/d/e/f/g/h"}) {
    const route_line line{.method = "GET", .path = path, .role = "user"};
    to.add(line, "", good_request(line, to.on), 404, "not_found");
  }
}

}  // namespace

std::vector<bad_case> cases_without_trace(const stage& on) {
  case_list out{.on = on};
  for (const auto& line : all_routes(on)) {
    add_methods(out, line);
    add_tokens(out, line);
    add_keys(out, line);
    add_queries(out, line);
    add_codings(out, line);
    add_ids(out, line);
    add_places_in_line(out, line);
    if (line.body.empty()) continue;
    add_broken_json(out, line);
    add_members(out, line);
    add_ranges(out, line);
  }
  add_odd_filters(out);
  return std::move(out.all);
}

std::vector<bad_case> cases_with_key_remembered(const stage& on) {
  case_list out{.on = on};
  const auto add = [&](const std::string& path, const std::string& body, int status,
                       const std::string& code) {
    const route_line line{
        .method = "POST",
        .path = path,
        .role = "user",
        .body = body,
        .headers = {{"Idempotency-Key", "bad-kept"}, {"Queue-Token", on.queue_token}}};
    out.add(line, body, good_request(line, on), status, code);
  };
  for (const char* amount : {"0", "-1", "10000001", "9007199254740991", "-9007199254740991"})
    add("/v1/points/charges", std::string{R"({"amount":)"} + amount + "}", 422,
        "amount_out_of_range");
  for (const auto& id : {std::string{"x"}, std::string{"1"}, on.concert, on.payment, on.held})
    add("/v1/reservations", R"({"scheduleId":")" + id + R"(","seats":["A-9"]})", 404,
        "schedule_not_found");
  for (const char* seat :
       {"A-0", "A-11", "A-", "B-1", "a-9", "A-09", "A--9", "A-99999999999999999999", "' OR 1=1"})
    add("/v1/reservations",
        R"({"scheduleId":")" + on.schedule + R"(","seats":["A-9",")" + seat + R"("]})", 404,
        "seat_not_found");
  add("/v1/reservations", R"({"scheduleId":")" + on.schedule + R"(","bestAvailable":{"count":5}})",
      422, "seat_limit_exceeded");
  for (const auto& id :
       {std::string{"x"}, std::string{"1"}, on.strange_held, on.schedule, on.payment})
    add("/v1/payments", R"({"reservationId":")" + id + R"("})", 404, "reservation_not_found");
  for (const auto& id : {std::string{"x"}, std::string{"1"}, on.strange_payment, on.held})
    add("/v1/payments/" + id + "/refunds", "{}", 404, "payment_not_found");
  for (const auto& id :
       {std::string{"x"}, std::string{"1"}, on.strange_held, on.schedule, on.payment})
    add("/v1/reservations/" + id + "/extension", "", 404, "reservation_not_found");
  return std::move(out.all);
}

}  // namespace boxoffice::system_test
