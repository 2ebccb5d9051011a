#include "http/api/identity_providers.hpp"

#include "http/outgoing/outgoing.hpp"
#include "http/server/identity_provider.hpp"

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace boxoffice::http {
namespace {

provider_keys::source read_file(std::filesystem::path path) {
  return [path = std::move(path)] {
    std::ifstream file{path, std::ios::binary};
    if (!file) throw no_answer{"cannot be read: " + path.string()};
    std::string text(limits::identity_key_set_bytes_max + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > limits::identity_key_set_bytes_max) throw no_answer{"is too large"};
    return text;
  };
}

provider_keys::source ask(std::shared_ptr<outgoing_line> line, web_address where) {
  return [line = std::move(line), where = std::move(where)] {
    const auto answer = line->ask({outgoing_method::get, where, {"Accept: application/json"}, {}});
    if (answer.status != 200) throw no_answer{"answered " + std::to_string(answer.status)};
    if (answer.extent == body_extent::cut) throw no_answer{"sent too much"};
    return answer.body;
  };
}

std::unique_ptr<provider_keys> keys_of(const issuer_settings& from, metrics& all) {
  if (!from.jwks_file.empty())
    return std::make_unique<provider_keys>(
        from.issuer, read_file(from.jwks_file), [] {}, all);
  auto line = std::make_shared<outgoing_line>(
      outgoing_rules{.time_max = limits::identity_key_fetch_time_max,
                     .body_bytes_max = limits::identity_key_set_bytes_max,
                     .ca_file = from.ca_file});
  auto where = std::get<web_address>(parse_web_address(from.jwks_url));
  return std::make_unique<provider_keys>(
      from.issuer, ask(line, std::move(where)), [line] { line->give_up(); }, all);
}

}  // namespace

token_verifier::providers make_identity_providers(const settings& how, metrics& all) {
  token_verifier::providers out;
  for (const auto& each : how.auth.issuers)
    out.push_back(std::make_unique<identity_provider>(
        provider_rules{each.issuer, each.audience, each.role_claim, each.subject},
        keys_of(each, all)));
  return out;
}

}  // namespace boxoffice::http
