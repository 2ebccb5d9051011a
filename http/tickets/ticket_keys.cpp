#include "http/tickets/ticket_keys.hpp"

#include "actors/core/check.hpp"
#include "config/ticket_limits.hpp"
#include "http/server/base64url.hpp"

#include <array>
#include <memory>
#include <stdexcept>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

namespace boxoffice::http {
namespace {

constexpr std::string_view prefix = "T1.";
/// What is signed begins so: no other text that these keys sign does.
constexpr std::string_view purpose = "boxoffice ticket 1\n";
constexpr std::size_t key_number_bytes = 4;
constexpr std::size_t hmac_bytes = 32, ed25519_bytes = 64;
/// As many as fit into the characters.
constexpr std::size_t bytes_max = (limits::ticket_chars_max - prefix.size()) / 4 * 3;
/// With auth.dev anybody may be an admin: no key would keep anybody out, and this one outlives a
/// restart.
constexpr std::string_view development_secret = "boxoffice: a key that everybody knows";

/// **Source** RFC 5869, without a salt.
std::string derive(std::string_view secret) {
  const std::unique_ptr<EVP_KDF, decltype(&EVP_KDF_free)> kind{
      EVP_KDF_fetch(nullptr, "HKDF", nullptr), &EVP_KDF_free};
  check(kind != nullptr, "OpenSSL has HKDF");
  const std::unique_ptr<EVP_KDF_CTX, decltype(&EVP_KDF_CTX_free)> context{
      EVP_KDF_CTX_new(kind.get()), &EVP_KDF_CTX_free};
  std::string digest{"SHA256"}, from{secret}, info{"boxoffice tickets, HMAC-SHA256"};
  const std::array parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, from.data(), from.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
      OSSL_PARAM_construct_end()};
  std::array<unsigned char, hmac_bytes> out{};
  check(EVP_KDF_derive(context.get(), out.data(), out.size(), parameters.data()) == 1,
        "a key is derived");
  return {reinterpret_cast<const char*>(out.data()), out.size()};
}

token_key hmac_key(std::string_view secret) { return token_key::hs256(derive(secret)); }

token_key pem_key(std::optional<token_key> read, const char* setting) {
  if (!read) throw std::runtime_error{std::string{setting} + " holds no Ed25519 key in PEM"};
  return std::move(*read);
}

std::size_t signature_bytes(const token_key& key) {
  return key.algorithm() == "EdDSA" ? ed25519_bytes : hmac_bytes;
}

}  // namespace

ticket_keys::ticket_keys(const settings& how) {
  const auto& own = how.tickets;
  signs_ = true;
  if (!own.private_key.empty()) {
    add(pem_key(token_key::ed25519_private(own.private_key.reveal()), "tickets.private_key"));
  } else if (!own.secret.empty()) {
    add(hmac_key(own.secret.reveal()));
  } else if (!own.public_key.empty()) {
    add(pem_key(token_key::ed25519_public(own.public_key), "tickets.public_key"));
    signs_ = false;
  } else if (!how.auth.secret.empty()) {
    add(hmac_key(how.auth.secret.reveal()));
  } else if (how.auth.dev) {
    add(hmac_key(development_secret));
  } else {
    signs_ = false;
  }
  if (!own.previous_secret.empty()) add(hmac_key(own.previous_secret.reveal()));
  if (!own.previous_public_key.empty())
    add(pem_key(token_key::ed25519_public(own.previous_public_key), "tickets.previous_public_key"));
}

void ticket_keys::add(token_key key) {
  auto number = key.fingerprint().substr(0, key_number_bytes);
  keys_.push_back({std::move(key), std::move(number)});
}

std::string ticket_keys::sign(const ticket& of) const {
  check(can_sign(), "a key signs tickets");
  const auto& [key, number] = keys_.front();
  auto bytes = number + to_bytes(of, bytes_max - number.size() - signature_bytes(key));
  bytes += key.sign(std::string{purpose} + bytes);
  auto text = std::string{prefix} + to_base64url(bytes);
  check(text.size() <= limits::ticket_chars_max, "a ticket fits into its QR code");
  return text;
}

std::optional<ticket> ticket_keys::read(std::string_view text) const {
  if (text.size() > limits::ticket_chars_max || !text.starts_with(prefix)) return std::nullopt;
  const auto bytes = from_base64url(text.substr(prefix.size()));
  if (!bytes) return std::nullopt;
  for (const auto& [key, number] : keys_) {
    const auto signature = signature_bytes(key);
    if (!bytes->starts_with(number) || bytes->size() < number.size() + signature) continue;
    const auto said = std::string_view{*bytes}.substr(0, bytes->size() - signature);
    if (!key.verifies(std::string{purpose}.append(said),
                      std::string_view{*bytes}.substr(said.size())))
      continue;
    return ticket_in(said.substr(number.size()));
  }
  return std::nullopt;
}

}  // namespace boxoffice::http
