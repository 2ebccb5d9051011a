#pragma once

#include "actors/core/time.hpp"
#include "http/server/request.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

struct evp_pkey_st;

namespace boxoffice::http {

/// The key tokens are signed or checked with: a shared secret, or an Ed25519 key.
class token_key {
 public:
  /// HS256. **Requires** a secret that is not empty.
  static token_key hs256(std::string secret);
  /// EdDSA with a key in PEM: a public one checks, a private one also signs. Empty when the text
  /// holds no Ed25519 key.
  static std::optional<token_key> ed25519_public(std::string_view pem);
  static std::optional<token_key> ed25519_private(std::string_view pem);

  [[nodiscard]] std::string_view algorithm() const { return pair_ ? "EdDSA" : "HS256"; }
  [[nodiscard]] bool verifies(std::string_view text, std::string_view signature) const;
  /// The signature over `text`. Empty when this key cannot sign.
  [[nodiscard]] std::string sign(std::string_view text) const;
  /// 32 bytes that name this key, and tell nothing of a secret. A private key has that of its
  /// public one.
  [[nodiscard]] std::string fingerprint() const;

 private:
  token_key() = default;
  std::string secret_;
  std::shared_ptr<evp_pkey_st> pair_;
};

/// A token for `who`, valid until `expires` (cut to whole seconds).
/// **Requires** a key that can sign.
std::string sign_token(const token_key& key, const identity& who, time_point expires);

/// What a valid token says.
struct token_claims {
  identity who;
  time_point expires{};
};

/// Reads and checks one compact JWT. **Rejects**, without telling which: a text that is not three
/// parts of unpadded base64url; a header without the algorithm of `key`, or with `crit`; a bad
/// signature; claims that repeat; `sub` without the form of an id; another `role`; an `exp` that is
/// missing, no number, or not after `now` (no leeway); `nbf` after `now`. **Source**: RFC 7515,
/// 7519, 8037.
std::optional<token_claims> read_token(std::string_view token, const token_key& key,
                                       time_point now);

/// A compact JWT taken apart. Nothing of it is verified.
struct compact_token {
  nlohmann::json header, claims;
  std::string_view signed_text;
  std::string signature;
};
/// Empty for a text that is not three parts of unpadded base64url, the first two JSON objects.
std::optional<compact_token> take_apart(std::string_view token);

/// The text of a member; empty when there is none.
std::string_view text_claim(const nlohmann::json& object, const char* name);
/// A NumericDate, cut to milliseconds; empty when there is none. **Source**: RFC 7519, 2.
std::optional<time_point> time_claim(const nlohmann::json& object, const char* name);
/// `access::anyone` for a name that is no role.
access level_of_role(std::string_view role);

class identity_provider;
class provider_keys;

struct token_refused {};
/// The token may be good, but nobody here has the key that it names.
struct keys_needed {
  enum class reason : std::uint8_t { none_yet, unknown_id };
  using enum reason;
  provider_keys* of{nullptr};
  reason why{none_yet};
};
using token_verdict = std::variant<token_refused, token_claims, keys_needed>;

/// Checks the tokens of requests: of identity providers where `iss` names one, all others with the
/// key of the settings. Remembers those that were good, since clients send the same one with every
/// request; expiry is looked at each time, and new keys of a provider forget all. Very long ones
/// are not remembered. **Thread**: any.
class token_verifier {
 public:
  using providers = std::vector<std::shared_ptr<identity_provider>>;

  explicit token_verifier(token_key key, std::size_t remembered_max = 8192);
  token_verifier(token_key key, providers trusted);
  ~token_verifier();
  token_verifier(const token_verifier&) = delete;
  token_verifier& operator=(const token_verifier&) = delete;

  /// No keys are fetched any more, and nobody waits for them. **Requires** that the executors of
  /// those who wait still run.
  void close();

  [[nodiscard]] token_verdict judge(std::string_view token, time_point now) const;
  /// Empty when the token is not valid at `now`, as far as is known.
  [[nodiscard]] std::optional<identity> verify(std::string_view token, time_point now) const;

 private:
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  using token_map = std::unordered_map<std::string, token_claims, text_hash, std::equal_to<>>;

  [[nodiscard]] std::optional<token_claims> recall(std::string_view token) const;
  void remember(std::string_view token, const token_claims& said, std::uint64_t keys) const;
  [[nodiscard]] token_verdict judge_anew(std::string_view token, time_point now) const;
  /// Changes whenever the keys of a provider do.
  [[nodiscard]] std::uint64_t keys_generation() const;

  token_key key_;
  providers trusted_;
  std::size_t generation_max_;
  mutable std::mutex lock_;
  mutable std::uint64_t remembered_keys_{0};
  mutable token_map young_, old_;  // when young_ is full it becomes old_, and old_ is forgotten
};

}  // namespace boxoffice::http
