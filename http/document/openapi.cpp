#include "http/document/openapi.hpp"

#include "actors/core/check.hpp"
#include "http/document/schemas.hpp"
#include "http/server/declared_answers.hpp"
#include "http/server/response.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace boxoffice::http {
namespace {

using status_map = std::map<unsigned, std::vector<problem_code>>;

constexpr std::string_view about_document =
    "A concert-ticket server: waiting rooms, seats held for some minutes, points to pay with. "
    "A purchase is a queue token, a reservation, a payment.\n\n"
    "Bodies are JSON, and members that are not known are refused. Times are RFC 3339 in UTC, money "
    "is a whole number of points (won). What belongs to somebody else is 404. Answers of 1,400 "
    "bytes and more come as gzip to whoever takes it. HEAD is GET without the body. A later "
    "version may add members to answers, so a client ignores those that it does not know.\n\n"
    "Every refusal is a problem (RFC 9457): `code` says which, `/problems/{code}` what it means.";

json_object part(std::string_view kind, std::string_view name) {
  return {{"$ref", "#/components/" + std::string{kind} + '/' + std::string{name}}};
}

// `seat_taken` as SeatTaken.
std::string in_camels(std::string_view code) {
  std::string out;
  bool upper = true;
  for (const char c : code) {
    if (c != '_') out.push_back(upper && c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c);
    upper = c == '_';
  }
  return out;
}

std::string_view name_of_role(access needs) {
  switch (needs) {
    case access::anyone:
      return "anyone";
    case access::user:
      return "user";
    case access::operator_:
      return "operator";
    case access::admin:
      return "admin";
  }
  return "";
}

// What a parameter of the path is, by the segment before it.
std::string_view about_argument(std::string_view before) {
  constexpr std::pair<std::string_view, std::string_view> known[] = {
      {"concerts", "The concert."},
      {"schedules", "The schedule."},
      {"tokens", "The queue token."},
      {"assets", "The version of the pages, and one of their files."},
      {"reservations", "The reservation."},
      {"payments", "The payment."},
      {"sagas", "The payment."},
      {"outbox", "The event."},
      {"parked", "The queue token or the reservation."},
      {"problems", "The code of a problem."}};
  for (const auto& [segment, text] : known)
    if (segment == before) return text;
  return "What is meant.";
}

void add_path_parameters(json_object& to, const std::string& pattern) {
  std::string_view before;
  for (std::size_t at = 1; at < pattern.size();) {
    const auto end = std::min(pattern.find('/', at), pattern.size());
    const auto segment = std::string_view{pattern}.substr(at, end - at);
    if (segment.starts_with('{'))
      to.push_back({{"name", segment.substr(1, segment.size() - 2)},
                    {"in", "path"},
                    {"required", true},
                    {"description", about_argument(before)},
                    {"schema", part("schemas", before == "problems" ? "ProblemCode" : "Id")}});
    before = segment;
    at = end + 1;
  }
}

bool answers_with(const route& line, std::string_view header) {
  return std::ranges::any_of(line.says.answers, [&](const good_answer& each) {
    return std::ranges::find(each.headers, header) != each.headers.end();
  });
}

json_object parameters_of(const route& line, const json_object& known) {
  json_object out = json_object::array();
  add_path_parameters(out, line.pattern);
  check(line.says.query.size() == line.query.size(), "each query parameter is described");
  for (const auto each : line.says.query) {
    const std::string name = known.at(std::string{each}).at("name");
    check(std::ranges::find(line.query, name) != line.query.end(),
          "a query parameter that is described is known to its route");
    out.push_back(part("parameters", each));
  }
  if (line.key == key_rule::required) out.push_back(part("parameters", "IdempotencyKey"));
  if (line.queue == queue_token_rule::taken) out.push_back(part("parameters", "QueueToken"));
  if (answers_with(line, "ETag")) out.push_back(part("parameters", "IfNoneMatch"));
  if (std::ranges::find(line.query, "lang") != line.query.end())
    out.push_back(part("parameters", "AcceptLanguage"));
  out.push_back(part("parameters", "RequestId"));
  out.push_back(part("parameters", "Traceparent"));
  return out;
}

json_object good_response(const route& line, const good_answer& answer) {
  json_object headers{{"X-Request-Id", part("headers", "RequestId")}};
  const auto add = [&](const char* name, std::string_view component) {
    headers[name] = part("headers", component);
  };
  for (const auto each : answer.headers)
    add(each == "RetryAfter" ? "Retry-After" : each.data(), each);
  if (line.key == key_rule::required) add("Idempotent-Replayed", "IdempotentReplayed");
  json_object out;
  const auto reason = boost::beast::http::obsolete_reason(answer.status);
  out["description"] = answer.remark.empty() ? std::string{reason.data(), reason.size()}
                                             : std::string{answer.remark};
  out["headers"] = std::move(headers);
  auto types = answer.types;
  if (types.empty() && !answer.schema.empty()) types.push_back(json_type);
  for (const auto each : types)
    out["content"][std::string{each}]["schema"] = answer.schema.empty() || each == "text/html"
                                                      ? json_object{{"type", "string"}}
                                                      : part("schemas", answer.schema);
  return out;
}

json_object problem_response(const std::vector<problem_code>& codes) {
  std::string words;
  auto names = json_object::array();
  json_object headers{{"X-Request-Id", part("headers", "RequestId")}};
  for (const auto each : codes) {
    const auto& kind = kind_of(each);
    words.append(words.empty() ? "" : " ").append("`").append(kind.name).append("`: ");
    words.append(kind.title).append(".");
    names.push_back(kind.name);
    if (problem{each}.retry_after()) headers["Retry-After"] = part("headers", "RetryAfter");
    if (each == problem_code::unauthenticated)
      headers["WWW-Authenticate"] = part("headers", "WwwAuthenticate");
    if (each == problem_code::unsupported_media_type)
      headers["Accept-Encoding"] = part("headers", "AcceptEncoding");
    if (each == problem_code::rate_limited) {
      headers["RateLimit"] = part("headers", "RateLimit");
      headers["RateLimit-Policy"] = part("headers", "RateLimitPolicy");
    }
  }
  const auto status = static_cast<unsigned>(kind_of(codes.front()).status);
  const json_object narrower{
      {"type", "object"},
      {"properties", {{"status", {{"const", status}}}, {"code", {{"enum", std::move(names)}}}}}};
  return {
      {"description", words},
      {"headers", std::move(headers)},
      {"content",
       {{problem_type,
         {{"schema", {{"allOf", json_object::array({part("schemas", "Problem"), narrower})}}}}}}}};
}

// Answers of one or two codes are the same in many places, and have a name.
json_object problem_part(const std::vector<problem_code>& codes, json_object& named) {
  if (codes.size() > 2) return problem_response(codes);
  std::string name;
  for (const auto each : codes)
    name.append(name.empty() ? "" : "Or").append(in_camels(kind_of(each).name));
  if (!named.contains(name)) named[name] = problem_response(codes);
  return part("responses", name);
}

json_object responses_of(const route& line, json_object& named) {
  std::map<unsigned, json_object> all;
  for (const auto& each : line.says.answers)
    all[static_cast<unsigned>(each.status)] = good_response(line, each);
  status_map problems;
  for (const auto each : problems_of(line))
    problems[static_cast<unsigned>(kind_of(each).status)].push_back(each);
  for (const auto& [status, codes] : problems)
    all[status] = problem_part(codes, named);
  json_object out;
  for (auto& [status, response] : all)
    out[std::to_string(status)] = std::move(response);
  return out;
}

json_object operation_of(const route& line, const json_object& parameters, json_object& named) {
  const auto& says = line.says;
  json_object out{{"operationId", says.operation},
                  {"tags", json_object::array({says.group})},
                  {"summary", says.summary}};
  auto words = std::string{says.remarks.empty() ? says.summary : says.remarks};
  if (!words.ends_with('.')) words.push_back('.');
  if (line.needs > access::anyone)
    words.append(" Needs the role `").append(name_of_role(line.needs)).append("`.");
  out["description"] = std::move(words);
  out["parameters"] = parameters_of(line, parameters);
  if (line.body != body_rule::none) {
    out["requestBody"]["required"] = line.body == body_rule::json;
    out["requestBody"]["content"][std::string{json_type}]["schema"] = part("schemas", says.body);
  }
  out["responses"] = responses_of(line, named);
  out["security"] = json_object::array();
  if (line.needs > access::anyone) out["security"].push_back({{"bearer", json_object::array()}});
  return out;
}

std::string method_of(const route& line) {
  std::string name{boost::beast::http::to_string(line.method)};
  std::ranges::transform(name, name.begin(),
                         [](char c) { return static_cast<char>(c - 'A' + 'a'); });
  return name;
}

}  // namespace

json_object document_groups() {
  constexpr std::pair<const char*, const char*> all[] = {
      {"Concerts", "Concerts, their schedules, and the seats of these."},
      {"Waiting room", "Places in line; an ACTIVE token is what holds and payments need."},
      {"Points", "What users pay with."},
      {"Reservations", "Seats held until a deadline."},
      {"Payments", "A held reservation becomes tickets, and a refund gives them back."},
      {"Rankings", "Boards of schedules, a second behind the payments."},
      {"Operators", "What is stuck, and how it goes on."},
      {"Health", "The state of the process."},
      {"Pages", "For people."},
      {"Document", "What the server does, and what its problems mean."},
      {"Development", "Only with the setting `auth.dev`."}};
  json_object out = json_object::array();
  for (const auto& [name, words] : all)
    out.push_back({{"name", name}, {"description", words}});
  return out;
}

json_object api_document(const router& routes, std::string_view version) {
  const auto parameters = document_parameters();
  json_object named;
  json_object paths;
  for (const auto& line : routes.routes())
    if (!line->says.operation.empty())
      paths[line->pattern][method_of(*line)] = operation_of(*line, parameters, named);
  json_object out{{"openapi", "3.1.0"}};
  out["info"] = {{"title", "boxoffice"},
                 {"version", version},
                 {"description", about_document},
                 {"license", {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}},
                 {"contact", {{"name", "Whoever runs this server"}}}};
  out["servers"] = json_object::array({{{"url", "/"}}});
  out["tags"] = document_groups();
  out["paths"] = std::move(paths);
  out["components"]["schemas"] = document_schemas();
  out["components"]["parameters"] = parameters;
  out["components"]["headers"] = document_headers();
  out["components"]["responses"] = std::move(named);
  out["components"]["securitySchemes"]["bearer"] = {
      {"type", "http"},
      {"scheme", "bearer"},
      {"bearerFormat", "JWT"},
      {"description", "Claims: `sub` (the user), `role` (`user`, `operator` or `admin`), `exp`."}};
  return out;
}

}  // namespace boxoffice::http
