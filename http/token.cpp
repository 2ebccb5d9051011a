#include "http/token.hpp"

#include "actors/core/check.hpp"
#include "config/limits.hpp"
#include "http/json_text.hpp"

#include <array>
#include <chrono>
#include <cmath>
#include <utility>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

namespace boxoffice::http {
namespace {

using nlohmann::json;

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr auto digit_values = [] {
  std::array<int, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<int>(i);
  return values;
}();

std::string to_base64url(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() * 4 + 2) / 3);
  unsigned bits = 0, held = 0;
  for (const char c : bytes) {
    held = (held << 8) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6)
      out.push_back(alphabet[(held >> (bits - 6)) & 63]);
  }
  if (bits != 0) out.push_back(alphabet[(held << (6 - bits)) & 63]);
  return out;
}

// Unpadded and canonical: left-over bits must be zero, so that one token has one text.
std::optional<std::string> from_base64url(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  out.reserve(text.size() * 3 / 4);
  unsigned bits = 0, held = 0;
  for (const char c : text) {
    const int value = digit_values[static_cast<unsigned char>(c)];
    if (value < 0) return std::nullopt;
    held = ((held << 6) | static_cast<unsigned>(value)) & 0xFFFF;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out.push_back(static_cast<char>((held >> bits) & 0xFF));
  }
  if ((held & ((1U << bits) - 1)) != 0) return std::nullopt;
  return out;
}

std::optional<json> read_object(std::string_view part) {
  const auto bytes = from_base64url(part);
  if (!bytes) return std::nullopt;
  auto value = parse_json(*bytes);
  auto* object = std::get_if<json>(&value);
  if (object == nullptr || !object->is_object()) return std::nullopt;
  return std::move(*object);
}

std::string_view text_member(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return {};
  return found->get_ref<const std::string&>();
}

// A NumericDate: seconds since 1970, a fraction allowed.
std::optional<time_point> time_member(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number()) return std::nullopt;
  const double value = found->get<double>();
  constexpr double year_9999 = 253'402'300'799.0;
  if (!std::isfinite(value) || value < 0 || value > year_9999) return std::nullopt;
  return from_unix_ms(static_cast<std::int64_t>(value * 1000.0));
}

access access_of(std::string_view role) {
  if (role == "user") return access::user;
  if (role == "operator") return access::operator_;
  if (role == "admin") return access::admin;
  return access::anyone;
}

std::string_view role_text(access level) {
  switch (level) {
    case access::anyone:
      break;
    case access::user:
      return "user";
    case access::operator_:
      return "operator";
    case access::admin:
      return "admin";
  }
  check(false, "a token names a role");
  return {};
}

using key_pointer = std::shared_ptr<EVP_PKEY>;
using key_reader = EVP_PKEY* (*)(BIO*, EVP_PKEY**, pem_password_cb*, void*);

key_pointer read_pem(std::string_view pem, key_reader read) {
  BIO* source = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  // The callback refuses encrypted keys instead of asking the terminal.
  const auto no_password = [](char*, int, int, void*) { return -1; };
  key_pointer key{read(source, nullptr, no_password, nullptr), EVP_PKEY_free};
  BIO_free(source);
  if (key && EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519) key.reset();
  return key;
}

using digest_context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

const unsigned char* as_bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

token_key token_key::hs256(std::string secret) {
  check(!secret.empty(), "an HS256 secret is not empty");
  token_key key;
  key.secret_ = std::move(secret);
  return key;
}

std::optional<token_key> token_key::ed25519_public(std::string_view pem) {
  token_key key;
  key.pair_ = read_pem(pem, PEM_read_bio_PUBKEY);
  if (!key.pair_) return std::nullopt;
  return key;
}

std::optional<token_key> token_key::ed25519_private(std::string_view pem) {
  token_key key;
  key.pair_ = read_pem(pem, PEM_read_bio_PrivateKey);
  if (!key.pair_) return std::nullopt;
  return key;
}

std::string token_key::sign(std::string_view text) const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  std::size_t size = out.size();
  if (pair_) {
    const digest_context context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
    if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, pair_.get()) != 1 ||
        EVP_DigestSign(context.get(), out.data(), &size, as_bytes(text), text.size()) != 1)
      return {};
  } else {
    unsigned int written = 0;
    HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()), as_bytes(text),
         text.size(), out.data(), &written);
    size = written;
  }
  return {reinterpret_cast<const char*>(out.data()), size};
}

bool token_key::verifies(std::string_view text, std::string_view signature) const {
  if (pair_) {
    const digest_context context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
    return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, pair_.get()) == 1 &&
           EVP_DigestVerify(context.get(), as_bytes(signature), signature.size(), as_bytes(text),
                            text.size()) == 1;
  }
  const auto expected = sign(text);
  return expected.size() == signature.size() &&
         CRYPTO_memcmp(expected.data(), signature.data(), signature.size()) == 0;
}

std::string sign_token(const token_key& key, const identity& who, time_point expires) {
  const json header{{"alg", key.algorithm()}, {"typ", "JWT"}};
  const json claims{
      {"sub", who.user.value},
      {"role", role_text(who.level)},
      {"exp", std::chrono::floor<std::chrono::seconds>(expires).time_since_epoch().count()}};
  auto token = to_base64url(header.dump()) + '.' + to_base64url(claims.dump());
  const auto signature = key.sign(token);
  check(!signature.empty(), "the key of a token can sign");
  return token + '.' + to_base64url(signature);
}

std::optional<token_claims> read_token(std::string_view token, const token_key& key,
                                       time_point now) {
  const auto first = token.find('.');
  const auto last = token.rfind('.');
  if (first == std::string_view::npos || first == last) return std::nullopt;
  const auto claims_part = token.substr(first + 1, last - first - 1);
  const auto signature = from_base64url(token.substr(last + 1));
  const auto header = read_object(token.substr(0, first));
  if (!signature || !header || text_member(*header, "alg") != key.algorithm() ||
      header->contains("crit") || !key.verifies(token.substr(0, last), *signature))
    return std::nullopt;
  const auto claims = read_object(claims_part);
  if (!claims) return std::nullopt;
  const auto subject = text_member(*claims, "sub");
  const auto level = access_of(text_member(*claims, "role"));
  const auto expires = time_member(*claims, "exp");
  const auto not_before = time_member(*claims, "nbf");
  if (!is_id_text(subject) || level == access::anyone || !expires || now >= *expires ||
      (claims->contains("nbf") && (!not_before || now < *not_before)))
    return std::nullopt;
  return token_claims{{user_id{std::string{subject}}, level}, *expires};
}

std::optional<token_claims> token_verifier::recall(std::string_view token) const {
  const std::scoped_lock hold{lock_};
  if (const auto found = young_.find(token); found != young_.end()) return found->second;
  const auto found = old_.find(token);
  if (found == old_.end()) return std::nullopt;
  return found->second;
}

std::optional<identity> token_verifier::verify(std::string_view token, time_point now) const {
  if (auto known = recall(token)) {
    if (now >= known->expires) return std::nullopt;
    return std::move(known->who);
  }
  auto claims = read_token(token, key_, now);
  if (!claims) return std::nullopt;
  if (token.size() > limits::remembered_token_chars_max) return std::move(claims->who);
  const std::scoped_lock hold{lock_};
  if (young_.size() >= generation_max_) {
    old_ = std::move(young_);
    young_.clear();
  }
  young_.insert_or_assign(std::string{token}, *claims);
  return std::move(claims->who);
}

}  // namespace boxoffice::http
