#include "http/server/dispatcher.hpp"

#include "actors/core/check.hpp"
#include "http/server/content_coding.hpp"
#include "http/server/cross_origin.hpp"
#include "http/server/forwarded.hpp"
#include "http/server/json_text.hpp"
#include "http/server/key_wait.hpp"
#include "http/server/octets.hpp"
#include "logging/log.hpp"

#include <algorithm>
#include <exception>
#include <utility>
#include <variant>

namespace boxoffice::http {
namespace {

using field = boost::beast::http::field;

void trim(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
}

// application/json, with no parameter but a charset that says UTF-8.
bool is_json_type(std::string_view value) {
  auto type = value.substr(0, value.find(';'));
  auto rest = value.substr(type.size());
  trim(type);
  if (!iequals(type, json_type)) return false;
  while (!rest.empty()) {
    rest.remove_prefix(1);
    auto parameter = rest.substr(0, rest.find(';'));
    rest.remove_prefix(parameter.size());
    trim(parameter);
    if (iequals(parameter.substr(0, 8), "charset=") && !iequals(parameter.substr(8), "utf-8") &&
        !iequals(parameter.substr(8), "\"utf-8\""))
      return false;
  }
  return true;
}

// The token of `Authorization: Bearer <token>`; empty when the header has another form.
std::string_view bearer_token(const request& about) {
  if (about.header_count("Authorization") != 1) return {};
  auto value = about.header(field::authorization);
  if (!iequals(value.substr(0, 7), "Bearer ")) return {};
  value.remove_prefix(7);
  trim(value);
  return value;
}

// The text of an Idempotency-Key, with or without the quotes of the draft; a text that only looks
// like a quoted one is taken as it is. **Source**: draft-ietf-httpapi-idempotency-key-header, 2.1;
// RFC 8941, 3.3.3.
std::string key_text(std::string_view value) {
  if (value.size() < 2 || !value.starts_with('"') || !value.ends_with('"'))
    return std::string{value};
  const auto quoted = value.substr(1, value.size() - 2);
  std::string text;
  for (std::size_t i = 0; i < quoted.size(); ++i) {
    const bool escapes = quoted[i] == '\\';
    if (escapes) ++i;
    if (i == quoted.size()) return std::string{value};
    const bool special = quoted[i] == '"' || quoted[i] == '\\';
    if (special != escapes) return std::string{value};
    text.push_back(quoted[i]);
  }
  return text;
}

log_request asker_of(const request& about) { return {about.request_id, about.trace_id()}; }

bool is_visible(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

}  // namespace

token_verdict dispatcher::find_caller(const request& about, const route* which) const {
  if (which != nullptr && which->admitted == admission_rule::stream) {
    if (const auto ticket = about.query_value("ticket")) {
      auto holder = how_.redeem(*ticket, about.path);
      if (!holder) return token_refused{};
      return token_claims{std::move(*holder), time_point::max()};
    }
  }
  const auto token = bearer_token(about);
  if (token.empty() || tokens_ == nullptr) return token_refused{};
  return tokens_->judge(token, about.calendar);
}

std::optional<response> dispatcher::limit_rate(const request& about,
                                               const token_verdict& caller) const {
  const auto now = std::chrono::steady_clock::now();
  if (const auto* known = std::get_if<token_claims>(&caller))
    return entrance_.limit_user(known->who.user.value, now);
  return entrance_.limit_address(client_address(about, how_.trusted_proxies).to_string(), now);
}

std::optional<response> dispatcher::authenticate(request& about, const route& which,
                                                 token_verdict caller) {
  auto* known = std::get_if<token_claims>(&caller);
  if (known == nullptr) return problem{problem_code::unauthenticated};
  about.caller = std::move(known->who);
  if (about.caller->level < which.needs) return problem{problem_code::forbidden};
  return std::nullopt;
}

boost::asio::awaitable<std::optional<response>> dispatcher::authenticate_late(
    request& about, const decision& what) const {
  co_await fetched(*what.keys->of);
  auto caller = find_caller(about, what.found);
  const auto* needed = std::get_if<keys_needed>(&caller);
  if (needed != nullptr && needed->why == keys_needed::none_yet)
    co_return problem{problem_code::unavailable,
                      "The keys of the identity provider are not known yet."};
  co_return authenticate(about, *what.found, std::move(caller));
}

std::optional<response> dispatcher::read_key(request& about) {
  constexpr const char* name = "Idempotency-Key";
  about.idempotency_key = key_text(about.header(name));
  if (about.idempotency_key.empty()) return problem{problem_code::idempotency_key_required};
  if (about.header_count(name) != 1)
    return invalid_field("/header/Idempotency-Key", "must be there once");
  if (about.idempotency_key.size() > limits::idempotency_key_chars_max ||
      !is_visible(about.idempotency_key))
    return invalid_field("/header/Idempotency-Key", "must be 1 to 128 visible ASCII characters");
  return std::nullopt;
}

std::optional<response> dispatcher::check_query(const request& about, const route& which) {
  std::vector<field_error> errors;
  for (std::size_t i = 0; i < about.query.size(); ++i) {
    const auto& name = about.query[i].name;
    const auto before = about.query.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::ranges::find(which.query, name) == which.query.end()) {
      errors.push_back({"/query/" + name, "is not known here"});
    } else if (std::find_if(about.query.begin(), before,
                            [&](const query_parameter& p) { return p.name == name; }) != before) {
      errors.push_back({"/query/" + name, "must be there once"});
    }
  }
  if (errors.empty()) return std::nullopt;
  return problem{problem_code::invalid_field, errors};
}

// What a change answers is told in any case; it was done.
std::optional<response> dispatcher::check_codings(const request& about, const route& which) {
  if (which.method != verb::get || about.codings.plain || about.codings.gzip) return std::nullopt;
  return response{problem{problem_code::not_acceptable,
                          "The answer comes plain or as gzip; Accept-Encoding excludes both."}}
      .with("Vary", "Accept-Encoding");
}

std::optional<response> dispatcher::read_json(request& about, const route& which) {
  if (which.body == body_rule::none || which.body == body_rule::text) return std::nullopt;
  if (about.body.empty() && which.body == body_rule::optional_json) return std::nullopt;
  const auto type = about.header(field::content_type);
  if ((!about.body.empty() || !type.empty()) &&
      (!is_json_type(type) || about.header_count("Content-Type") != 1))
    return problem{problem_code::unsupported_media_type};
  // What we take is said with the refusal. **Source**: RFC 9110, 12.5.3 and 15.5.16.
  if (const auto coding = about.header(field::content_encoding);
      about.header_count("Content-Encoding") > 1 ||
      !(coding.empty() || iequals(coding, "identity")))
    return response{problem{problem_code::unsupported_media_type, "The body must not be encoded."}}
        .with("Accept-Encoding", "identity");
  auto value = parse_json(about.body);
  if (auto* fault = std::get_if<json_fault>(&value))
    return problem{problem_code::malformed_json, "The body " + fault->detail + "."};
  about.json = std::get<nlohmann::json>(std::move(value));
  return std::nullopt;
}

decision dispatcher::decide(request& about, const target& wanted) const {
  decision out;
  about.codings = read_accepted_codings(about);
  const auto match = routes_.find(wanted, about.method);
  out.found = match.found;
  out.index = match.index;
  const bool needs_role = match.found != nullptr && match.found->needs != access::anyone;
  const bool limited = entrance_.limits_rate() &&
                       (match.found == nullptr || match.found->admitted != admission_rule::exempt);
  auto caller = needs_role || limited ? find_caller(about, match.found) : token_verdict{};
  if (limited) out.refused = limit_rate(about, caller);
  if (match.found != nullptr) out.body_bytes_max = match.found->body_bytes_max;
  if (out.refused) return out;
  if (match.found == nullptr) {
    if (match.allow.empty()) {
      out.refused = how_.serves()
                        ? problem{problem_code::not_found}
                        : problem{problem_code::unavailable, "This node does not serve now."};
    } else if (auto preflight = answer_preflight(about, match.allow, how_.cors_origins)) {
      out.refused = std::move(preflight);
    } else {
      out.refused = problem{problem_code::method_not_allowed};
      out.refused->with("Allow", std::string{match.allow});
    }
    return out;
  }
  const auto& which = *match.found;
  about.arguments = match.arguments;
  if (which.admitted != admission_rule::exempt && !how_.serves()) {
    out.refused = problem{problem_code::unavailable, "This server is ending."};
    return out;
  }
  if (const auto* needed = std::get_if<keys_needed>(&caller); needed != nullptr && needs_role)
    out.keys = *needed;
  else if (needs_role)
    out.refused = authenticate(about, which, std::move(caller));
  if (!out.refused && which.key == key_rule::required) out.refused = read_key(about);
  if (!out.refused && !about.query.empty() && which.takes == query_rule::known_only)
    out.refused = check_query(about, which);
  if (!out.refused) out.refused = check_codings(about, which);
  if (which.queue == queue_token_rule::taken) about.queue_token = about.header("Queue-Token");
  return out;
}

boost::asio::awaitable<response> dispatcher::answer(request& about, decision& what) const {
  if (what.keys)
    if (auto refused = co_await authenticate_late(about, what)) co_return std::move(*refused);
  if (what.refused) co_return std::move(*what.refused);
  const auto rule = what.found->admitted;
  admission::place place;
  if (rule == admission_rule::counted) place = entrance_.enter();
  if (rule == admission_rule::stream) what.stream_place = entrance_.enter_stream();
  if (rule != admission_rule::exempt && !place && !what.stream_place)
    co_return problem{problem_code::overloaded};
  try {
    if (auto refused = read_json(about, *what.found)) co_return std::move(*refused);
    measured_.in_flight().add(1);
    const auto leave = [](gauge* level) { level->add(-1); };
    const std::unique_ptr<gauge, decltype(leave)> counted{&measured_.in_flight(), leave};
    auto made = co_await what.found->handle(about);
    const bool from_memory = rule != admission_rule::exempt && what.found->key == key_rule::none &&
                             what.found->repeatable;
    if (from_memory && !how_.may_answer())
      co_return problem{problem_code::unavailable, "Another node may have taken over."};
    co_return made;
  } catch (const std::exception& error) {
    log(log_level::error, asker_of(about), "http", "handler failed",
        {{"path", about.path}, {"error", error.what()}});
  } catch (...) {
    log(log_level::error, asker_of(about), "http", "handler failed",
        {{"path", about.path}, {"error", "unknown exception"}});
  }
  co_return problem{problem_code::internal};
}

void dispatcher::finished(const request& about, const decision& what, const response& answer,
                          std::chrono::steady_clock::duration took) const {
  const auto code = answer.status;
  measured_.observe(what.found, what.index, code, took);
  if (answer.refusal) measured_.observe(what.found, what.index, answer.refusal->code());
  if (what.found != nullptr && !declared_.has(what.index, answer)) {
    measured_.undeclared().add();
    log(log_level::error, asker_of(about), "http", "answer is not declared",
        {{"path", about.path},
         {"status", static_cast<unsigned>(code)},
         {"code", answer.refusal ? answer.refusal->kind().name : ""}});
#ifndef NDEBUG
    check(false, "an answer is declared for its route");
#endif
  }
  const auto level = code == status::internal_server_error ? log_level::error : log_level::debug;
  if (!log_enabled(level)) return;
  log(level, asker_of(about), "http", "request done",
      {{"method", std::string_view{boost::beast::http::to_string(about.method)}},
       {"path", about.path},
       {"status", static_cast<unsigned>(code)},
       {"microseconds", std::chrono::duration_cast<std::chrono::microseconds>(took).count()}});
}

}  // namespace boxoffice::http
