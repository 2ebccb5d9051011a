#include "config/issuer_settings.hpp"

#include "config/address.hpp"
#include "config/listen_address.hpp"
#include "config/pem_file.hpp"

#include <array>
#include <filesystem>
#include <system_error>

namespace boxoffice {
namespace {

#define BOXOFFICE_FIELD(member) [](issuer_settings& s) -> setting_field { return &s.member; }

constexpr auto keys = std::to_array<issuer_key>({
    {"issuer", "text", "Whose tokens are taken: their `iss`, letter by letter.",
     BOXOFFICE_FIELD(issuer)},
    {"audience", "text", "Whom they are for: `aud` is this, or a list with it.",
     BOXOFFICE_FIELD(audience)},
    {"jwks_url", "https://HOST[:PORT]/PATH; http only where HOST is loopback",
     "Where the provider publishes its keys (a JSON Web Key Set). They are fetched at start, every "
     "five minutes, and when a token names an unknown one, then at most once in 30 seconds.",
     BOXOFFICE_FIELD(jwks_url)},
    {"jwks_file", "path", "The same keys as a file, instead of jwks_url.",
     BOXOFFICE_FIELD(jwks_file)},
    {"ca_file", "path",
     "Certificates in PEM that the provider is verified with. Empty: those of the system.",
     BOXOFFICE_FIELD(ca_file)},
    {"role_claim", "text",
     "The claim with the user's role: its name, or a path like realm_access.roles. Of a list the "
     "highest role counts; without one the token is a user's.",
     BOXOFFICE_FIELD(role_claim)},
    {"subject", "",
     "How the user is called here: claim takes `sub`, which must have the form of an id; hash "
     "makes an id of any `iss` and `sub`.",
     BOXOFFICE_FIELD(subject)},
});

bool is_safe(std::string_view url) {
  const auto read = parse_server_address(url);
  const auto* address = std::get_if<server_address>(&read);
  if (address == nullptr || address->scheme == "https") return true;  // judged elsewhere
  return address->hosts.size() == 1 && is_loopback(listen_address{address->hosts[0].host, 0});
}

}  // namespace

std::string fault_of_provider_address(const std::string& url) {
  const auto read = parse_web_address(url);
  if (const auto* fault = std::get_if<address_fault>(&read)) return std::string{to_text(*fault)};
  return is_safe(url) ? std::string{} : "must begin with https:// where it is not loopback";
}

std::span<const issuer_key> issuer_keys() { return keys; }

std::vector<std::string> faults_of(const issuer_settings& one) {
  std::vector<std::string> out;
  const auto require = [&](bool holds, std::string_view why) {
    if (!holds) out.emplace_back(why);
  };
  require(!one.issuer.empty(), "issuer must be set");
  require(!one.audience.empty(), "audience must be set");
  require(!one.role_claim.empty(), "role_claim must not be empty");
  require(one.jwks_url.empty() != one.jwks_file.empty(),
          "jwks_url or jwks_file must be set, one of them");
  const auto why = one.jwks_url.empty() ? std::string{} : fault_of_provider_address(one.jwks_url);
  require(why.empty(), "jwks_url " + why);
  std::error_code unreadable;
  require(one.jwks_file.empty() || std::filesystem::is_regular_file(one.jwks_file, unreadable),
          "jwks_file must name a file");
  require(one.ca_file.empty() || holds_certificate(one.ca_file),
          "ca_file must name a readable file with certificates in PEM");
  return out;
}

std::string to_toml(const issuer_settings& one) {
  auto copy = one;
  std::string out = "[[" + std::string{issuer_list_name} + "]]\n";
  for (const auto& key : keys)
    out += std::string{key.name} + " = " + to_toml(key.field(copy)) + '\n';
  return out;
}

}  // namespace boxoffice
