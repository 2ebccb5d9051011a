#pragma once

#include "tests/system/plain_client.hpp"

#include <string>
#include <vector>

namespace boxoffice::system_test {

/// The secret that every server under test has (tests/rush/server_process.cpp).
inline constexpr std::string_view test_secret = "a-secret-for-rush-and-tests-only";

/// What exists when the bad requests come in, and who is there to send them.
struct stage {
  std::string user, stranger, oper, admin;  ///< tokens; the stranger owns the strange things
  std::string concert, schedule, other_concert;
  std::string queue_token, held, spare, payment;  ///< of the user; `held` and `spare` are not paid
  std::string event;                              ///< of `payment`, applied by everybody
  std::string strange_queue_token, strange_held, strange_payment;
};

/// A JWT with any header and claims, signed by HS256 with `secret`.
std::string signed_token(const json& header, const json& claims, std::string_view secret);

/// A route as docs/API.md lists it, with a request that would succeed.
struct route_line {
  std::string method, path;
  std::string role{};     ///< user, operator, admin; empty: anyone
  std::string body{};     ///< empty: takes none
  header_list headers{};  ///< Idempotency-Key and Queue-Token where the route wants them
  std::string allow{};    ///< the methods of this path, as in Allow
  std::vector<std::string> optional{};  ///< members (JSON pointers) that may be left out
  bool paged{false};                    ///< takes limit
  int answered{0};  ///< what the good request gets where nothing is in the state that it wants
  std::size_t body_bytes_max{std::size_t{64} * 1024};
};
std::vector<route_line> all_routes(const stage& on);
/// The request of `line` that would succeed, sent by whom the route is for.
plain_request good_request(const route_line& line, const stage& on);

struct bad_case {
  std::string name;
  plain_request request;
  int status;
  std::string code;
  std::string pointer{};  ///< one of `errors` is about it
};

/// Requests that are refused before anything is looked at: not one may leave a trace.
std::vector<bad_case> cases_without_trace(const stage& on);
/// Requests that are no HTTP, as bytes: charges that would be good but for their form.
struct bytes_case {
  std::string name, bytes;
  int status;
  std::string code;
};
std::vector<bytes_case> cases_of_bytes(const stage& on);
/// Requests whose refusal is remembered under their key, and which change nothing else.
std::vector<bad_case> cases_with_key_remembered(const stage& on);

}  // namespace boxoffice::system_test
