#include "http/server/token.hpp"

#include "actors/core/check.hpp"
#include "config/limits.hpp"
#include "http/server/base64url.hpp"
#include "http/server/identity_provider.hpp"
#include "http/server/json_text.hpp"
#include "http/server/octets.hpp"

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

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::optional<json> read_object(std::string_view part) {
  const auto bytes = from_base64url(part);
  if (!bytes || bytes->starts_with(byte_order_mark)) return std::nullopt;
  auto value = parse_json(*bytes);
  auto* object = std::get_if<json>(&value);
  if (object == nullptr || !object->is_object()) return std::nullopt;
  return std::move(*object);
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

std::string token_key::fingerprint() const {
  if (!pair_) return sign("boxoffice: the fingerprint of a key");
  std::array<unsigned char, 32> raw{};
  std::size_t size = raw.size();
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned int written = 0;
  const bool done = EVP_PKEY_get_raw_public_key(pair_.get(), raw.data(), &size) == 1 &&
                    EVP_Digest(raw.data(), size, out.data(), &written, EVP_sha256(), nullptr) == 1;
  check(done, "a public key has a fingerprint");
  return {reinterpret_cast<const char*>(out.data()), written};
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

std::string_view text_claim(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return {};
  return found->get_ref<const std::string&>();
}

std::optional<time_point> time_claim(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number()) return std::nullopt;
  const double value = found->get<double>();
  constexpr double year_9999 = 253'402'300'799.0;
  if (!std::isfinite(value) || value < 0 || value > year_9999) return std::nullopt;
  return from_unix_ms(static_cast<std::int64_t>(value * 1000.0));
}

access level_of_role(std::string_view role) {
  if (role == "user") return access::user;
  if (role == "operator") return access::operator_;
  if (role == "admin") return access::admin;
  return access::anyone;
}

std::optional<compact_token> take_apart(std::string_view token) {
  const auto first = token.find('.');
  const auto last = token.rfind('.');
  if (first == std::string_view::npos || first == last) return std::nullopt;
  auto signature = from_base64url(token.substr(last + 1));
  auto header = read_object(token.substr(0, first));
  auto claims = read_object(token.substr(first + 1, last - first - 1));
  if (!signature || !header || !claims) return std::nullopt;
  return compact_token{std::move(*header), std::move(*claims), token.substr(0, last),
                       std::move(*signature)};
}

namespace {

// Reads a token that the key of the settings must have signed.
std::optional<token_claims> read_own(const compact_token& token, const token_key& key,
                                     time_point now) {
  const auto& claims = token.claims;
  if (text_claim(token.header, "alg") != key.algorithm() || token.header.contains("crit") ||
      !key.verifies(token.signed_text, token.signature))
    return std::nullopt;
  const auto subject = text_claim(claims, "sub");
  const auto level = level_of_role(text_claim(claims, "role"));
  const auto expires = time_claim(claims, "exp");
  const auto not_before = time_claim(claims, "nbf");
  if (!is_id_text(subject) || level == access::anyone || !expires || now >= *expires ||
      (claims.contains("nbf") && (!not_before || now < *not_before)))
    return std::nullopt;
  return token_claims{{user_id{std::string{subject}}, level}, *expires};
}

}  // namespace

std::optional<token_claims> read_token(std::string_view token, const token_key& key,
                                       time_point now) {
  const auto parts = take_apart(token);
  return parts ? read_own(*parts, key, now) : std::nullopt;
}

token_verifier::token_verifier(token_key key, std::size_t remembered_max)
    : key_{std::move(key)}, generation_max_{remembered_max / 2} {}
token_verifier::token_verifier(token_key key, providers trusted) : token_verifier{std::move(key)} {
  trusted_ = std::move(trusted);
}
token_verifier::~token_verifier() = default;

void token_verifier::close() {
  for (const auto& each : trusted_)
    each->keys().close();
}

std::uint64_t token_verifier::keys_generation() const {
  std::uint64_t sum = 0;
  for (const auto& each : trusted_)
    sum += each->keys().generation();
  return sum;
}

std::optional<token_claims> token_verifier::recall(std::string_view token) const {
  const auto keys = keys_generation();
  const std::scoped_lock hold{lock_};
  if (keys != remembered_keys_) {
    young_.clear();
    old_.clear();
    remembered_keys_ = keys;
  }
  if (const auto found = young_.find(token); found != young_.end()) return found->second;
  const auto found = old_.find(token);
  if (found == old_.end()) return std::nullopt;
  return found->second;
}

void token_verifier::remember(std::string_view token, const token_claims& said,
                              std::uint64_t keys) const {
  if (token.size() > limits::remembered_token_chars_max) return;
  const std::scoped_lock hold{lock_};
  if (keys != remembered_keys_) return;  // it was judged by keys that may be gone
  if (young_.size() >= generation_max_) {
    old_ = std::move(young_);
    young_.clear();
  }
  young_.insert_or_assign(std::string{token}, said);
}

token_verdict token_verifier::judge_anew(std::string_view token, time_point now) const {
  const auto parts = take_apart(token);
  if (!parts) return token_refused{};
  const auto issuer = text_claim(parts->claims, "iss");
  for (const auto& each : trusted_)
    if (each->issuer() == issuer) return each->judge(*parts, now);
  if (auto own = read_own(*parts, key_, now)) return std::move(*own);
  return token_refused{};
}

token_verdict token_verifier::judge(std::string_view token, time_point now) const {
  if (auto known = recall(token)) {
    if (now >= known->expires) return token_refused{};
    return std::move(*known);
  }
  const auto keys = keys_generation();
  auto verdict = judge_anew(token, now);
  if (const auto* good = std::get_if<token_claims>(&verdict)) remember(token, *good, keys);
  return verdict;
}

std::optional<identity> token_verifier::verify(std::string_view token, time_point now) const {
  auto verdict = judge(token, now);
  auto* good = std::get_if<token_claims>(&verdict);
  if (good == nullptr) return std::nullopt;
  return std::move(good->who);
}

}  // namespace boxoffice::http
