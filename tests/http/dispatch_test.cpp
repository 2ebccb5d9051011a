// What is decided about a well-formed request, in which order, and how the answer looks.
#include "tests/http/toy_server.hpp"

namespace boxoffice::http {
namespace {

const std::string json_header = "Content-Type: application/json\r\n";

std::string bearer(const std::string& token) { return "Authorization: Bearer " + token + "\r\n"; }

TEST_F(HttpServer, DecidesInTheOrderOfTheContract) {
  serve();
  const auto user = bearer(token(access::user));
  const std::string key = "Idempotency-Key: k1\r\n";
  const auto expect = [&](const std::string& bytes, int code, std::string_view name) {
    auto answer = ask(bytes);
    EXPECT_EQ(answer.status, code) << bytes;
    EXPECT_EQ(answer.code(), name) << bytes;
    return answer;
  };
  expect(post("/v1/nothing", "{", ""), 404, "not_found");
  expect(post("/v1/things/", "{", ""), 404, "not_found");
  expect(post("/", "{", ""), 404, "not_found");
  expect("PUT /v1/things HTTP/1.1\r\nHost: h\r\n\r\n", 405, "method_not_allowed");
  expect("FROB /v1/things HTTP/1.1\r\nHost: h\r\n\r\n", 405, "method_not_allowed");
  expect(post("/v1/things?x=1", "{", ""), 401, "unauthenticated");
  expect("DELETE /v1/things/1?x=1 HTTP/1.1\r\nHost: h\r\n" + user + "\r\n", 403, "forbidden");
  expect(post("/v1/things?x=1", "{", user), 400, "idempotency_key_required");
  expect(post("/v1/things", "{", user + "Idempotency-Key: \r\n"), 400, "idempotency_key_required");
  expect(post("/v1/things", "{", user + "Idempotency-Key: a b\r\n"), 400, "invalid_field");
  expect(post("/v1/things", "{", user + "Idempotency-Key: " + std::string(129, 'k') + "\r\n"), 400,
         "invalid_field");
  expect(post("/v1/things", "{", user + key + key), 400, "invalid_field");
  expect(post("/v1/things?x=1", "{}", user + key + json_header), 400, "invalid_field");
  expect(post("/v1/things", "{", user + key), 415, "unsupported_media_type");
  expect(post("/v1/things", "{", user + key + "Content-Type: text/json\r\n"), 415,
         "unsupported_media_type");
  expect(post("/v1/things", "{", user + key + "Content-Type: application/json; charset=latin1\r\n"),
         415, "unsupported_media_type");
  expect(post("/v1/things", "{", user + key + json_header), 400, "malformed_json");
  expect(post("/v1/things", "", user + key + json_header), 400, "malformed_json");
  const auto good = ask(post("/v1/things", "{}",
                             user + "Idempotency-Key: " + std::string(128, 'k') + "\r\n" +
                                 "Content-Type: Application/JSON ; charset=UTF-8\r\n"
                                 "Queue-Token: qt_1\r\n"));
  EXPECT_EQ(good.status, 200);
  EXPECT_EQ(good.json()["user"], "u1");
  EXPECT_EQ(good.json()["queueToken"], "qt_1");
}

// Another process may own the stores by now: what is read from memory may be stale.
TEST_F(HttpServer, SaysNothingFromMemoryThatMayBeStale) {
  server_settings how;
  how.may_answer = [] { return false; };
  serve(how);
  EXPECT_EQ(ask(get("/healthz")).status, 200);
  EXPECT_EQ(ask(get("/v1/things/7")).status, 503);
  EXPECT_EQ(ask(post("/v1/echo", "{}")).status, 503);
  // What is durable, and would be done again, is told.
  EXPECT_EQ(ask(post("/v1/once", "{}")).status, 200);
  EXPECT_EQ(ask(post("/v1/things", "{}",
                     json_header + bearer(token(access::user)) + "Idempotency-Key: k1\r\n"))
                .status,
            200);
}

TEST_F(HttpServer, AKeyIsTheSameInQuotesAndWithout) {
  serve();
  const auto key_of = [&](const std::string& value) {
    const auto answer =
        ask(post("/v1/things", "{}",
                 bearer(token(access::user)) + json_header + "Idempotency-Key: " + value + "\r\n"));
    return answer.status == 200 ? answer.json()["key"].get<std::string>() : answer.code();
  };
  EXPECT_EQ(key_of("\"8e03978e-40d5\""), "8e03978e-40d5");
  EXPECT_EQ(key_of("8e03978e-40d5"), "8e03978e-40d5");
  EXPECT_EQ(key_of(R"("a\"b\\c")"), R"(a"b\c)");
  EXPECT_EQ(key_of("\"" + std::string(128, 'k') + "\""), std::string(128, 'k'));
  EXPECT_EQ(key_of("\"" + std::string(129, 'k') + "\""), "invalid_field");
  EXPECT_EQ(key_of("\"a b\""), "invalid_field");
  EXPECT_EQ(key_of("\"\""), "idempotency_key_required");
  // No quoted strings: each is taken as it is.
  for (const auto* odd : {R"(")", R"("a)", R"(a")", R"("a"b")", R"("a\")", R"("a\b")"})
    EXPECT_EQ(key_of(odd), odd);
}

TEST_F(HttpServer, TakesABodyOnlyAsItIs) {
  serve();
  const auto with = [&](const std::string& headers) {
    return ask(post("/v1/echo", R"({"a":1})", json_header + headers));
  };
  for (const auto* coded : {"gzip", "br", "identity, gzip", "x"}) {
    const auto answer = with("Content-Encoding: " + std::string{coded} + "\r\n");
    EXPECT_EQ(answer.status, 415) << coded;
    EXPECT_EQ(answer.code(), "unsupported_media_type");
    EXPECT_EQ(answer.headers.at("accept-encoding"), "identity");
  }
  EXPECT_EQ(with("Content-Encoding: identity\r\nContent-Encoding: deflate\r\n").status, 415);
  EXPECT_EQ(with("Content-Encoding: Identity\r\n").status, 200);
}

TEST_F(HttpServer, ATokenThatIsTooLongIsAHeaderThatIsTooLarge) {
  serve();
  EXPECT_EQ(ask(post("/v1/things", "{}", bearer(std::string(17'000, 'a')))).code(),
            "headers_too_large");
}

TEST_F(HttpServer, SaysWhichMethodsAreAllowed) {
  serve();
  EXPECT_EQ(ask("PUT /v1/things HTTP/1.1\r\nHost: h\r\n\r\n").headers.at("allow"),
            "GET, HEAD, POST");
  EXPECT_EQ(ask("PUT /v1/things/1 HTTP/1.1\r\nHost: h\r\n\r\n").headers.at("allow"),
            "GET, HEAD, DELETE");
  EXPECT_EQ(ask(get("/v1/echo")).headers.at("allow"), "POST");
}

TEST_F(HttpServer, FixedSegmentsWinOverParameters) {
  serve();
  EXPECT_EQ(ask(get("/v1/things/special")).json()["special"], true);
  EXPECT_EQ(ask(get("/v1/things/Special")).json()["argument"], "Special");
}

TEST_F(HttpServer, AHigherRoleMayDoWhatALowerOneMay) {
  serve();
  for (const auto level : {access::user, access::operator_, access::admin}) {
    const auto headers = bearer(token(level)) + json_header + "Idempotency-Key: k\r\n";
    EXPECT_EQ(ask(post("/v1/things", "{}", headers)).status, 200);
    EXPECT_EQ(
        ask("DELETE /v1/things/1 HTTP/1.1\r\nHost: h\r\n" + bearer(token(level)) + "\r\n").status,
        level == access::admin ? 204 : 403);
  }
}

TEST_F(HttpServer, RefusesOddAuthorizationHeaders) {
  serve();
  const auto good = token(access::user);
  const std::string rest = json_header + "Idempotency-Key: k\r\n";
  for (const auto& header :
       {"Authorization: " + good + "\r\n", "Authorization: Basic " + good + "\r\n",
        std::string{"Authorization: Bearer\r\n"}, "Authorization: Bearer " + good + " x\r\n",
        bearer(good) + bearer(good), "Authorization: Bearer " + std::string(9000, 'a') + "\r\n"}) {
    const auto answer = ask(post("/v1/things", "{}", header + rest));
    EXPECT_EQ(answer.code(), "unauthenticated") << header;
    EXPECT_TRUE(answer.headers.at("www-authenticate").starts_with("Bearer"));
  }
  EXPECT_EQ(ask(post("/v1/things", "{}", "authorization: bearer " + good + "\r\n" + rest)).status,
            200);
}

TEST_F(HttpServer, ProblemsCarryEverything) {
  serve();
  const auto answer = ask(get("/nowhere", "X-Request-Id: my.id_1-2\r\n"));
  EXPECT_EQ(answer.headers.at("content-type"), "application/problem+json");
  EXPECT_EQ(answer.headers.at("x-request-id"), "my.id_1-2");
  const auto body = answer.json();
  EXPECT_EQ(body["type"], "/problems/not_found");
  EXPECT_EQ(body["status"], 404);
  EXPECT_EQ(body["code"], "not_found");
  EXPECT_EQ(body["retryable"], false);
  EXPECT_EQ(body["requestId"], "my.id_1-2");
  EXPECT_TRUE(body["title"].is_string());
  EXPECT_TRUE(body["detail"].is_string());
}

TEST_F(HttpServer, MakesARequestIdWhenNoneIsUsable) {
  serve();
  std::string last;
  for (const auto& header :
       {std::string{}, std::string{"X-Request-Id: a b\r\n"},
        "X-Request-Id: " + std::string(65, 'a') + "\r\n", std::string{"X-Request-Id: \r\n"}}) {
    const auto id = ask(get("/v1/things/1", header)).headers.at("x-request-id");
    EXPECT_TRUE(is_request_id(id)) << id;
    EXPECT_NE(id, last);
    last = id;
  }
  const auto longest = std::string(64, 'a');
  EXPECT_EQ(ask(get("/healthz", "X-Request-Id: " + longest + "\r\n")).headers.at("x-request-id"),
            longest);
}

TEST_F(HttpServer, PassesTraceparentOnWhenItIsOne) {
  serve();
  const std::string good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  EXPECT_EQ(ask(get("/v1/things/1", "traceparent: " + good + "\r\n")).json()["traceparent"], good);
  EXPECT_EQ(ask(get("/v1/things/1", "traceparent: nonsense\r\n")).json()["traceparent"], "");
  EXPECT_EQ(ask(get("/v1/things/1", "traceparent: " + good + "\r\ntraceparent: " + good + "\r\n"))
                .json()["traceparent"],
            "")
      << "there is one, or none";
}

TEST_F(HttpServer, AnExceptionIsAnInternalErrorThatLeaksNothing) {
  serve();
  auto client = connect();
  const auto answer = client.ask(get("/v1/broken"));
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.code(), "internal");
  EXPECT_EQ(answer.body.find("secret"), std::string::npos);
  EXPECT_EQ(client.ask(get("/healthz")).status, 200);
}

TEST_F(HttpServer, ListsAreCutIntoPages) {
  serve();
  const auto first = ask(get("/v1/things")).json();
  EXPECT_EQ(first["items"][0]["limit"], 50);
  const auto next =
      ask(get("/v1/things?limit=200&cursor=" + first["nextCursor"].get<std::string>()));
  EXPECT_EQ(next.json()["items"][0]["limit"], 200);
  EXPECT_EQ(next.json()["items"][0]["after"], 1);
  for (const auto* bad :
       {"limit=0", "limit=201", "limit=", "limit=1.5", "limit=-1", "limit=a", "limit=1%20",
        "cursor=", "cursor=5", "cursor=c2zz", "colour=red", "limit=1&limit=1", "Limit=1"})
    EXPECT_EQ(ask(get(std::string{"/v1/things?"} + bad)).code(), "invalid_field") << bad;
  const auto both = ask(get("/v1/things?limit=0&cursor=x")).json();
  EXPECT_EQ(both["errors"].size(), 2U);
}

TEST_F(HttpServer, ACursorBelongsToItsListItsFiltersAndItsUser) {
  serve();
  const auto ann = bearer(token(access::user, "ann"));
  const auto bob = bearer(token(access::admin, "bob"));
  const auto page = [&](const std::string& target, const std::string& who) {
    return ask(get(target, who));
  };
  const std::string of_ann =
      page("/v1/lists/1?colour=red&size=2", ann).json()["nextCursor"].get<std::string>();
  const auto with_cursor = [&](const std::string& target, const std::string& who) {
    return page(target + "cursor=" + of_ann, who);
  };
  EXPECT_EQ(with_cursor("/v1/lists/1?colour=red&size=2&limit=3&", ann).status, 200);
  EXPECT_EQ(with_cursor("/v1/lists/1?size=2&colour=red&", ann).status, 200);
  EXPECT_EQ(with_cursor("/v1/lists/2?colour=red&size=2&", ann).code(), "invalid_field");
  EXPECT_EQ(with_cursor("/v1/things?", ann).code(), "invalid_field");
  EXPECT_EQ(with_cursor("/v1/lists/1?colour=red&size=2&", bob).code(), "invalid_field");
  for (const auto* filters :
       {"", "colour=red&", "colour=blue&size=2&", "colour=2&size=red&", "colour=red%26size%3D2&"})
    EXPECT_EQ(with_cursor("/v1/lists/1?" + std::string{filters}, ann).code(), "invalid_field")
        << filters;
  // One digit off is no cursor at all.
  auto bent = of_ann;
  bent[5] = bent[5] == '0' ? '1' : '0';
  EXPECT_EQ(page("/v1/lists/1?colour=red&size=2&cursor=" + bent, ann).code(), "invalid_field");
}

TEST_F(HttpServer, ACursorOfAPublicListIsEverybodys) {
  serve();
  const auto cursor = ask(get("/v1/things")).json()["nextCursor"].get<std::string>();
  const auto ann = bearer(token(access::user, "ann"));
  EXPECT_EQ(ask(get("/v1/things?cursor=" + cursor, ann)).status, 200);
}

TEST_F(HttpServer, ShedsBeyondTheBoundOnRequestsInFlight) {
  server_settings how;
  how.in_flight_max = 1;
  serve(how);
  auto busy = connect();
  busy.send(get("/v1/slow/300"));
  raw_answer shed;
  for (int i = 0; i < 100 && shed.status != 503; ++i)
    shed = ask(get("/v1/things/1"));
  EXPECT_EQ(shed.code(), "overloaded");
  EXPECT_EQ(shed.headers.at("retry-after"), "1");
  EXPECT_EQ(shed.json()["retryable"], true);
  EXPECT_EQ(ask(get("/healthz")).status, 200);
  EXPECT_EQ(ask(get("/metrics")).status, 200);
  EXPECT_EQ(busy.receive().status, 200);
  EXPECT_EQ(ask(get("/v1/things/1")).status, 200);  // and it recovers
}

TEST_F(HttpServer, LimitsTheRateOfAnAddress) {
  server_settings how;
  how.rate_limit_per_second = 5;
  serve(how);
  auto client = connect();
  raw_answer answer;
  for (int i = 0; i < 20 && answer.status != 429; ++i)
    answer = client.ask(get("/v1/things/1"));
  EXPECT_EQ(answer.code(), "rate_limited");
  EXPECT_EQ(answer.headers.at("retry-after"), "1");
  EXPECT_EQ(answer.headers.at("ratelimit"), R"("default";r=0;t=1)");
  EXPECT_EQ(answer.headers.at("ratelimit-policy"), R"("default";q=5;w=1)");
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(client.ask(get("/healthz")).status, 200);
}

TEST_F(HttpServer, UsersOfOneAddressAreLimitedApart) {
  server_settings how;
  how.rate_limit_per_second = 3;
  serve(how);
  auto client = connect();
  const auto path_as = [&](const std::string& path, const std::string& authorization) {
    return client.ask(get(path, authorization)).status;
  };
  // Nobody's token: the address is at its limit.
  const auto expired =
      bearer(sign_token(token_key::hs256(toy_secret), {user_id{"late"}, access::user}, toy_now));
  int refused = 0;
  for (int i = 0; i < 12; ++i)
    refused += path_as("/v1/things/1", i % 2 == 0 ? expired : "") == 429 ? 1 : 0;
  EXPECT_GE(refused, 6);
  // A valid token counts for its user alone, with and without a role that the route needs.
  for (int i = 0; i < 12; ++i)
    EXPECT_EQ(path_as("/v1/things/1", bearer(token(access::user, "n" + std::to_string(i)))), 200);
  const auto eager = bearer(token(access::operator_, "eager"));
  int eager_refused = 0;
  for (int i = 0; i < 12; ++i)
    eager_refused += path_as(i % 2 == 0 ? "/v1/things/2" : "/nowhere", eager) == 429 ? 1 : 0;
  EXPECT_GE(eager_refused, 6);
  EXPECT_EQ(path_as("/v1/things/1", bearer(token(access::user, "calm"))), 200);
}

TEST_F(HttpServer, MeasuresRequestsByRouteAndStatus) {
  serve();
  ask(get("/v1/things/1"));
  ask(get("/v1/things/2"));
  ask(get("/nowhere"));
  const auto page = ask(get("/metrics")).body;
  EXPECT_NE(page.find("boxoffice_http_request_seconds_count{method=\"GET\","
                      "route=\"/v1/things/{id}\",status=\"200\"} 2"),
            std::string::npos)
      << page;
  EXPECT_NE(page.find("route=\"unmatched\",status=\"404\""), std::string::npos);
  EXPECT_NE(page.find("boxoffice_http_requests_in_flight 1"), std::string::npos);
  EXPECT_NE(page.find("# TYPE boxoffice_http_request_seconds histogram"), std::string::npos);
}

}  // namespace
}  // namespace boxoffice::http
