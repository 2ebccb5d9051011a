#pragma once

#include "actors/core/time.hpp"
#include "http/request.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>

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

/// Checks the tokens of requests, and remembers those that were good, since clients send the same
/// one with every request; expiry is looked at each time. Very long ones are not remembered.
/// **Thread**: any.
class token_verifier {
 public:
  explicit token_verifier(token_key key, std::size_t remembered_max = 8192)
      : key_{std::move(key)}, generation_max_{remembered_max / 2} {}

  /// Empty when the token is not valid at `now`.
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

  token_key key_;
  std::size_t generation_max_;
  mutable std::mutex lock_;
  mutable token_map young_, old_;  // when young_ is full it becomes old_, and old_ is forgotten
};

}  // namespace boxoffice::http
