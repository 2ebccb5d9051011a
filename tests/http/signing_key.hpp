#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>
#include <openssl/evp.h>

namespace boxoffice::http {

/// A key pair of an identity provider, made by OpenSSL for one test.
class signing_key {
 public:
  /// `algorithm` is RS256, ES256 or EdDSA; `bits` is for RSA.
  explicit signing_key(std::string algorithm, std::string id, unsigned bits = 2048);

  [[nodiscard]] const std::string& algorithm() const { return algorithm_; }
  [[nodiscard]] const std::string& id() const { return id_; }
  /// The public key as a JSON Web Key.
  [[nodiscard]] nlohmann::json public_key() const;
  [[nodiscard]] std::string public_pem() const;
  /// The signature over `text`, in the form of RFC 7518.
  [[nodiscard]] std::string sign(std::string_view text) const;
  /// The same as OpenSSL gives it.
  [[nodiscard]] std::string sign_as_openssl(std::string_view text) const;
  /// A compact JWT with this header, whatever it says.
  [[nodiscard]] std::string token(const nlohmann::json& header, const nlohmann::json& claims) const;
  /// The same with the header that belongs to the key.
  [[nodiscard]] std::string token(const nlohmann::json& claims) const;

 private:
  std::string algorithm_, id_;
  std::shared_ptr<EVP_PKEY> pair_;
};

/// base64url by OpenSSL, so that tests do not rest on the code they test.
std::string openssl_base64url(std::string_view bytes);

/// The text of a set of these keys.
std::string key_set_of(std::initializer_list<const signing_key*> keys);

}  // namespace boxoffice::http
