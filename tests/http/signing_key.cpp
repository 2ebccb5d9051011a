#include "tests/http/signing_key.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/pem.h>

namespace boxoffice::http {
namespace {

const unsigned char* as_bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

EVP_PKEY* make_key_pair(const std::string& algorithm, unsigned bits) {
  if (algorithm == "RS256")
    return EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(bits));
  if (algorithm == "ES256") return EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
  return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
}

std::string number_of(const EVP_PKEY* key, const char* name, int bytes = 0) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1) throw std::runtime_error{name};
  std::string out(static_cast<std::size_t>(bytes != 0 ? bytes : BN_num_bytes(number)), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size()));
  BN_free(number);
  return openssl_base64url(out);
}

/// r and s, 32 bytes each, of a signature in DER.
std::string from_der(const std::string& der) {
  const auto* at = as_bytes(der);
  ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  std::string out(64, '\0');
  auto* to = reinterpret_cast<unsigned char*>(out.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(pair), to, 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(pair), to + 32, 32);
  ECDSA_SIG_free(pair);
  return out;
}

}  // namespace

std::string openssl_base64url(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), as_bytes(bytes),
                                   static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  while (out.ends_with('='))
    out.pop_back();
  for (auto& c : out)
    c = c == '+' ? '-' : (c == '/' ? '_' : c);
  return out;
}

signing_key::signing_key(std::string algorithm, std::string id, unsigned bits)
    : algorithm_{std::move(algorithm)},
      id_{std::move(id)},
      pair_{make_key_pair(algorithm_, bits), EVP_PKEY_free} {
  if (!pair_) throw std::runtime_error{"no key pair for " + algorithm_};
}

nlohmann::json signing_key::public_key() const {
  nlohmann::json out{{"kid", id_}, {"use", "sig"}, {"alg", algorithm_}};
  if (algorithm_ == "RS256") {
    out.update({{"kty", "RSA"},
                {"n", number_of(pair_.get(), OSSL_PKEY_PARAM_RSA_N)},
                {"e", number_of(pair_.get(), OSSL_PKEY_PARAM_RSA_E)}});
  } else if (algorithm_ == "ES256") {
    out.update({{"kty", "EC"},
                {"crv", "P-256"},
                {"x", number_of(pair_.get(), OSSL_PKEY_PARAM_EC_PUB_X, 32)},
                {"y", number_of(pair_.get(), OSSL_PKEY_PARAM_EC_PUB_Y, 32)}});
  } else {
    std::array<unsigned char, 32> bytes{};
    auto size = bytes.size();
    EVP_PKEY_get_raw_public_key(pair_.get(), bytes.data(), &size);
    out.update({{"kty", "OKP"},
                {"crv", "Ed25519"},
                {"x", openssl_base64url({reinterpret_cast<const char*>(bytes.data()), size})}});
  }
  return out;
}

std::string signing_key::public_pem() const {
  BIO* to = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(to, pair_.get());
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(to, &bytes);
  std::string text{bytes, static_cast<std::size_t>(size)};
  BIO_free(to);
  return text;
}

std::string signing_key::sign(std::string_view text) const {
  const auto made = sign_as_openssl(text);
  return algorithm_ == "ES256" ? from_der(made) : made;
}

std::string signing_key::sign_as_openssl(std::string_view text) const {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const auto* digest = algorithm_ == "EdDSA" ? nullptr : EVP_sha256();
  std::string out(1024, '\0');
  auto size = out.size();
  EVP_DigestSignInit(context, nullptr, digest, nullptr, pair_.get());
  EVP_DigestSign(context, reinterpret_cast<unsigned char*>(out.data()), &size, as_bytes(text),
                 text.size());
  EVP_MD_CTX_free(context);
  out.resize(size);
  return out;
}

std::string signing_key::token(const nlohmann::json& header, const nlohmann::json& claims) const {
  const auto text = openssl_base64url(header.dump()) + "." + openssl_base64url(claims.dump());
  return text + "." + openssl_base64url(sign(text));
}

std::string signing_key::token(const nlohmann::json& claims) const {
  return token({{"alg", algorithm_}, {"kid", id_}, {"typ", "JWT"}}, claims);
}

std::string key_set_of(std::initializer_list<const signing_key*> keys) {
  nlohmann::json out{{"keys", nlohmann::json::array()}};
  for (const auto* each : keys)
    out["keys"].push_back(each->public_key());
  return out.dump();
}

}  // namespace boxoffice::http
