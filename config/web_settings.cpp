#include "config/web_settings.hpp"

#include "config/issuer_settings.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>

namespace boxoffice {
namespace {

constexpr std::size_t text_bytes_max = 512;

bool is_text(std::string_view text) {
  const auto is_printable = [](char c) { return c >= ' ' && c <= '~'; };
  return text.size() <= text_bytes_max && std::ranges::all_of(text, is_printable);
}

/// Whether the text can stand in a header that lists origins.
bool has_plain_host(std::string_view issuer) {
  const auto fits = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view{"-._:[]/"}.find(c) != std::string_view::npos;
  };
  return std::ranges::all_of(origin_of_issuer(issuer), fits);
}

}  // namespace

std::string origin_of_issuer(std::string_view issuer) {
  const auto host = issuer.find("://") + std::string_view{"://"}.size();
  return std::string{issuer.substr(0, issuer.find('/', host))};
}

std::vector<web_fault> faults_of(settings::web_settings& pages,
                                 const std::vector<issuer_settings>& trusted) {
  std::vector<web_fault> out;
  const auto require = [&](bool holds, std::string& of, std::string why) {
    if (!holds) out.push_back({&of, std::move(why)});
    return holds;
  };
  auto& issuer = pages.oidc_issuer;
  for (auto* each : {&issuer, &pages.oidc_client_id, &pages.oidc_scope, &pages.oidc_resource})
    require(is_text(*each), *each, "must be at most 512 printable ASCII characters");
  if (issuer.empty()) {
    require(pages.oidc_client_id.empty(), issuer, "must be set together with web.oidc_client_id");
    return out;
  }
  require(!pages.oidc_client_id.empty(), pages.oidc_client_id,
          "must be set together with web.oidc_issuer");
  require(!pages.oidc_scope.empty(), pages.oidc_scope, "must not be empty");
  const auto why = fault_of_provider_address(issuer);
  if (!require(why.empty(), issuer, why) ||
      !require(issuer.find('?') == issuer.npos && has_plain_host(issuer), issuer,
               "must be a host and a path, without a query"))
    return out;
  require(std::ranges::find(trusted, issuer, &issuer_settings::issuer) != trusted.end(), issuer,
          "must be the issuer of an [[auth.issuer]], letter by letter: this server would refuse "
          "the tokens that the pages get there");
  return out;
}

}  // namespace boxoffice
