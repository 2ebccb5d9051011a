#include "http/server/web_keys.hpp"

#include "config/limits.hpp"
#include "http/server/base64url.hpp"
#include "http/server/json_text.hpp"
#include "http/server/octets.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <utility>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

namespace boxoffice::http {
namespace {

using nlohmann::json;

constexpr std::string_view rs256 = "RS256", es256 = "ES256", eddsa = "EdDSA";
constexpr std::size_t p256_number_bytes = 32;  // of a coordinate, and of each half of a signature
constexpr std::size_t ed25519_key_bytes = 32;
constexpr int rsa_bits_min = 2048, rsa_bits_max = 8192;

template <auto free>
struct freed_by {
  template <class T>
  void operator()(T* held) const {
    free(held);
  }
};
using number = std::unique_ptr<BIGNUM, freed_by<BN_free>>;
using key_pointer = std::shared_ptr<EVP_PKEY>;

number to_number(std::string_view bytes) {
  return number{BN_bin2bn(as_bytes(bytes), static_cast<int>(bytes.size()), nullptr)};
}

std::optional<std::string_view> text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get_ref<const std::string&>();
}

std::optional<std::string> bytes_of(const json& object, const char* name) {
  const auto text = text_of(object, name);
  return text ? from_base64url(*text) : std::nullopt;
}

/// A key of parameters that `fill` adds, checked by the library. Empty when it is none.
template <class Fill>
key_pointer make_key(const char* kind, Fill fill) {
  const std::unique_ptr<OSSL_PARAM_BLD, freed_by<OSSL_PARAM_BLD_free>> builder{
      OSSL_PARAM_BLD_new()};
  if (!fill(builder.get())) return nullptr;
  const std::unique_ptr<OSSL_PARAM, freed_by<OSSL_PARAM_free>> parameters{
      OSSL_PARAM_BLD_to_param(builder.get())};
  const std::unique_ptr<EVP_PKEY_CTX, freed_by<EVP_PKEY_CTX_free>> context{
      EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr)};
  EVP_PKEY* made = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
    return nullptr;
  key_pointer key{made, EVP_PKEY_free};
  const std::unique_ptr<EVP_PKEY_CTX, freed_by<EVP_PKEY_CTX_free>> checked{
      EVP_PKEY_CTX_new_from_pkey(nullptr, made, nullptr)};
  if (!checked || EVP_PKEY_public_check(checked.get()) != 1) return nullptr;
  return key;
}

key_pointer read_rsa(const json& object) {
  const auto n = bytes_of(object, "n"), e = bytes_of(object, "e");
  if (!n || !e || n->size() > rsa_bits_max / 8 || e->size() > sizeof(std::uint64_t)) return nullptr;
  const auto modulus = to_number(*n), exponent = to_number(*e);
  if (!modulus || !exponent || BN_num_bits(modulus.get()) < rsa_bits_min) return nullptr;
  return make_key("RSA", [&](OSSL_PARAM_BLD* to) {
    return OSSL_PARAM_BLD_push_BN(to, OSSL_PKEY_PARAM_RSA_N, modulus.get()) == 1 &&
           OSSL_PARAM_BLD_push_BN(to, OSSL_PKEY_PARAM_RSA_E, exponent.get()) == 1;
  });
}

key_pointer read_p256(const json& object) {
  const auto x = bytes_of(object, "x"), y = bytes_of(object, "y");
  if (text_of(object, "crv") != "P-256" || !x || !y || x->size() != p256_number_bytes ||
      y->size() != p256_number_bytes)
    return nullptr;
  const auto point = '\x04' + *x + *y;  // both coordinates follow
  return make_key("EC", [&](OSSL_PARAM_BLD* to) {
    return OSSL_PARAM_BLD_push_utf8_string(to, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1 &&
           OSSL_PARAM_BLD_push_octet_string(to, OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                            point.size()) == 1;
  });
}

/// Whether signatures under this Ed25519 key can be made without its private half: the point has an
/// order of 8 or less. The bit of the sign, in the last byte, does not matter.
/// **Source**: RFC 8032, 5.1.7; the same points as ge25519_has_small_order of libsodium.
bool is_of_small_order(std::string key) {
  constexpr std::string_view first[] = {
      "\x26\xe8\x95\x8f\xc2\xb2\x27\xb0\x45\xc3\xf4\x89\xf2\xef\x98\xf0"
      "\xd5\xdf\xac\x05\xd3\xc6\x33\x39\xb1\x38\x02\x88\x6d\x53\xfc\x05",
      "\xc7\x17\x6a\x70\x3d\x4d\xd8\x4f\xba\x3c\x0b\x76\x0d\x10\x67\x0f"
      "\x2a\x20\x53\xfa\x2c\x39\xcc\xc6\x4e\xc7\xfd\x77\x92\xac\x03\x7a"};
  key.back() = static_cast<char>(key.back() & 0x7F);
  if (std::ranges::find(first, std::string_view{key}) != std::end(first)) return true;
  // The others are y = 0, 1 and -1, each as itself or with the prime added.
  const auto middle = std::string_view{key}.substr(1, key.size() - 2);
  const auto low = static_cast<unsigned char>(key.front());
  const auto high = static_cast<unsigned char>(key.back());
  const auto all = [&](unsigned char byte) {
    return std::ranges::all_of(middle,
                               [=](char c) { return static_cast<unsigned char>(c) == byte; });
  };
  return (low <= 0x01 && high == 0x00 && all(0x00)) ||
         (low >= 0xEC && low <= 0xEE && high == 0x7F && all(0xFF));
}

key_pointer read_ed25519(const json& object) {
  const auto x = bytes_of(object, "x");
  if (text_of(object, "crv") != "Ed25519" || !x || x->size() != ed25519_key_bytes ||
      is_of_small_order(*x))
    return nullptr;
  return {EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, as_bytes(*x), x->size()),
          EVP_PKEY_free};
}

/// Whether the key may be used to check signatures, as far as it says.
bool is_to_verify(const json& object) {
  if (object.contains("use") && text_of(object, "use") != "sig") return false;
  const auto operations = object.find("key_ops");
  return operations == object.end() ||
         (operations->is_array() && std::ranges::find(*operations, "verify") != operations->end());
}

std::optional<web_key> read_key(const json& object) {
  if (!object.is_object() || !is_to_verify(object)) return std::nullopt;
  if (object.contains("kid") && !text_of(object, "kid")) return std::nullopt;
  web_key out{std::string{text_of(object, "kid").value_or("")}, {}, {}};
  const auto kind = text_of(object, "kty").value_or("");
  if (kind == "RSA") {
    out.algorithm = rs256;
    out.key = read_rsa(object);
  } else if (kind == "EC") {
    out.algorithm = es256;
    out.key = read_p256(object);
  } else if (kind == "OKP") {
    out.algorithm = eddsa;
    out.key = read_ed25519(object);
  }
  if (!out.key || (object.contains("alg") && text_of(object, "alg") != out.algorithm))
    return std::nullopt;
  return out;
}

/// The two halves of an ES256 signature as OpenSSL takes them. Empty when they are no such.
std::string to_der(std::string_view signature) {
  if (signature.size() != 2 * p256_number_bytes) return {};
  auto r = to_number(signature.substr(0, p256_number_bytes));
  auto s = to_number(signature.substr(p256_number_bytes));
  const std::unique_ptr<ECDSA_SIG, freed_by<ECDSA_SIG_free>> pair{ECDSA_SIG_new()};
  if (!r || !s || !pair || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return {};
  r.release();  // both belong to the pair from here on
  s.release();
  unsigned char* written = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &written);
  if (size <= 0) return {};
  std::string out{reinterpret_cast<const char*>(written), static_cast<std::size_t>(size)};
  OPENSSL_free(written);
  return out;
}

}  // namespace

bool web_key::verifies(std::string_view text, std::string_view signature) const {
  std::string converted;
  if (algorithm == es256) {
    converted = to_der(signature);
    if (converted.empty()) return false;
    signature = converted;
  }
  const auto* digest = algorithm == eddsa ? nullptr : EVP_sha256();
  const std::unique_ptr<EVP_MD_CTX, freed_by<EVP_MD_CTX_free>> context{EVP_MD_CTX_new()};
  return EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), as_bytes(signature), signature.size(), as_bytes(text),
                          text.size()) == 1;
}

const web_key* web_key_set::find(std::optional<std::string_view> id,
                                 std::string_view algorithm) const {
  const web_key* found = nullptr;
  for (const auto& each : keys_) {
    if (each.algorithm != algorithm || (id && each.id != *id)) continue;
    if (found != nullptr) return nullptr;
    found = &each;
  }
  return found;
}

bool web_key_set::knows(std::string_view id) const {
  return std::ranges::any_of(keys_, [&](const web_key& each) { return each.id == id; });
}

std::variant<web_key_set, web_keys_fault> read_web_keys(std::string_view text) {
  const auto value = parse_json(text);
  if (const auto* fault = std::get_if<json_fault>(&value)) return web_keys_fault{fault->detail};
  const auto& whole = std::get<json>(value);
  if (!whole.is_object() || !whole.contains("keys") || !whole["keys"].is_array())
    return web_keys_fault{"has no list \"keys\""};
  const auto& listed = whole["keys"];
  if (listed.size() > limits::identity_keys_max) return web_keys_fault{"has too many keys"};
  std::map<std::string, int> times;
  for (const auto& each : listed)
    if (each.is_object() && each.contains("kid") && each["kid"].is_string())
      ++times[each["kid"].get<std::string>()];
  std::vector<web_key> keys;
  for (const auto& each : listed)
    if (auto key = read_key(each); key && (key->id.empty() || times[key->id] == 1))
      keys.push_back(std::move(*key));
  if (keys.empty()) return web_keys_fault{"has no key for RS256, ES256 or EdDSA"};
  return web_key_set{std::move(keys)};
}

}  // namespace boxoffice::http
