#include "http/cli/operator_client.hpp"

#include "config/limits.hpp"

#include <stdexcept>
#include <utility>
#include <variant>

namespace boxoffice::http {

operator_client::operator_client(const std::string& url, std::string token)
    : token_{std::move(token)},
      line_{{limits::http_ask_time_max, limits::operator_answer_bytes_max, {}}} {
  const auto read = parse_web_address(url);
  if (const auto* fault = std::get_if<address_fault>(&read))
    throw std::invalid_argument{"the server's address " + std::string{to_text(*fault)}};
  const auto& at = std::get<web_address>(read);
  if (at.path != "/")
    throw std::invalid_argument{"the server's address must be of the form http[s]://HOST[:PORT]"};
  server_ = at.url.substr(0, at.url.size() - at.path.size());
}

operator_client::answer operator_client::ask(outgoing_method method, const std::string& target,
                                             const nlohmann::ordered_json& body) {
  outgoing_request request{
      method, {server_ + target, target}, {"Authorization: Bearer " + token_}, {}};
  if (!body.is_null()) {
    request.headers.emplace_back("Content-Type: application/json");
    request.body = body.dump();
  }
  outgoing_answer told;
  try {
    told = line_.ask(request);
  } catch (const no_answer& e) {
    throw no_answer{server_ + ": " + e.what()};
  }
  answer out{told.status, nlohmann::ordered_json::parse(told.body, nullptr, false)};
  if (!out.body.is_object() || told.extent == body_extent::cut)
    throw no_answer{server_ + " does not answer like a boxoffice server"};
  return out;
}

}  // namespace boxoffice::http
