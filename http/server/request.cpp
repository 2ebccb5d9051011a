#include "http/server/request.hpp"

#include "actors/core/check.hpp"
#include "http/server/json_text.hpp"
#include "http/server/octets.hpp"

#include <algorithm>

namespace boxoffice::http {

std::string_view request::header(boost::beast::http::field id) const {
  const auto found = std::ranges::find(headers, id, &header_field::id);
  return found == headers.end() ? std::string_view{} : found->value;
}

std::string_view request::header(std::string_view name) const {
  const auto found =
      std::ranges::find_if(headers, [&](const header_field& f) { return iequals(f.name, name); });
  return found == headers.end() ? std::string_view{} : found->value;
}

std::size_t request::header_count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(headers, [&](const header_field& f) { return iequals(f.name, name); }));
}

std::optional<std::string_view> request::query_value(std::string_view name) const {
  const auto found = std::ranges::find(query, name, &query_parameter::name);
  if (found == query.end()) return std::nullopt;
  return found->value;
}

const user_id& request::user() const {
  check(caller.has_value(), "the route of this handler needs a role");
  return caller->user;
}

request_key request::key() const {
  return make_request_key(user(), boost::beast::http::to_string(method), path, idempotency_key,
                          json);
}

}  // namespace boxoffice::http
