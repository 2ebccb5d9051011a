#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

struct evp_pkey_st;

namespace boxoffice::http {

/// One public key of an identity provider, for one algorithm: RS256 (2,048 to 8,192 bits), ES256
/// or EdDSA (Ed25519).
struct web_key {
  std::string id;              ///< its `kid`; empty when it has none
  std::string_view algorithm;  ///< `RS256`, `ES256`, `EdDSA`
  std::shared_ptr<evp_pkey_st> key;

  /// Whether `signature` is this key's over `text`, in the form of RFC 7518 (ES256: 64 bytes).
  [[nodiscard]] bool verifies(std::string_view text, std::string_view signature) const;
};

/// The keys that an identity provider publishes.
class web_key_set {
 public:
  explicit web_key_set(std::vector<web_key> keys) : keys_{std::move(keys)} {}

  /// The one key for a token of this algorithm. With an `id` the key that has it, and that
  /// algorithm; without one the only key of that algorithm. Null when there is none, or two.
  [[nodiscard]] const web_key* find(std::optional<std::string_view> id,
                                    std::string_view algorithm) const;
  /// Whether any key has this id, of whatever algorithm.
  [[nodiscard]] bool knows(std::string_view id) const;
  [[nodiscard]] std::size_t size() const { return keys_.size(); }

 private:
  std::vector<web_key> keys_;
};

/// Why a text is no set of keys, as the rest of a sentence: `has no member "keys"`.
struct web_keys_fault {
  std::string detail;
};

/// Reads a JSON Web Key Set. Keys of other kinds, for other uses, or that are malformed are left
/// out; so are all that share one `kid`. **Rejects** a text that is no set, or in which no key is
/// left. **Source**: RFC 7517; RFC 7518, 6; RFC 8037, 2.
std::variant<web_key_set, web_keys_fault> read_web_keys(std::string_view text);

}  // namespace boxoffice::http
