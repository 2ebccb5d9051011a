#pragma once

#include "config/settings.hpp"
#include "http/server/provider_keys.hpp"
#include "http/server/token.hpp"

#include <memory>
#include <string>

namespace boxoffice::http {

/// What tokens of one identity provider must say.
struct provider_rules {
  std::string issuer, audience;
  std::string role_claim{"role"};  ///< the name of a claim, or a path with dots
  /// Of `hash` the id is `u-` and the base64url of the first 24 bytes of SHA-256 over `iss`, a zero
  /// byte and `sub`.
  subject_rule subject{subject_rule::claim};
};

/// One identity provider whose tokens are taken. **Thread**: any.
class identity_provider {
 public:
  identity_provider(provider_rules rules, std::unique_ptr<provider_keys> keys)
      : rules_{std::move(rules)}, keys_{std::move(keys)} {}

  [[nodiscard]] const std::string& issuer() const { return rules_.issuer; }
  [[nodiscard]] provider_keys& keys() const { return *keys_; }

  /// **Rejects** what docs/API.md says of tokens of identity providers; times with 60 s leeway.
  /// **Requires** that the token names this issuer.
  [[nodiscard]] token_verdict judge(const compact_token& token, time_point now) const;

 private:
  [[nodiscard]] std::optional<token_claims> read_claims(const nlohmann::json& claims,
                                                        time_point now) const;
  [[nodiscard]] access level_of(const nlohmann::json& claims) const;
  [[nodiscard]] std::optional<user_id> user_of(const nlohmann::json& claims) const;

  provider_rules rules_;
  std::unique_ptr<provider_keys> keys_;
};

}  // namespace boxoffice::http
