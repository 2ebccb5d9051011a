// Tokens: whoever changes one byte, or signs with another key, is not let in; of what is signed
// with the right key, a second reading of the rules says who gets in.
#include "http/server/token.hpp"

#include "actors/core/check.hpp"
#include "tests/fuzz/reference_json.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fuzzer/FuzzedDataProvider.h>
#include <optional>
#include <string>
#include <string_view>

#include <openssl/evp.h>

namespace boxoffice::http {
namespace {

using fuzz::json_reference;
using fuzz::json_value;

constexpr std::string_view private_pem =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIAN/leSjC/1HIISWHm415Nd0SjdWgXpEVAaiSxLLFO39\n"
    "-----END PRIVATE KEY-----\n";

struct keys {
  token_key shared{token_key::hs256("a secret that is long enough for this")};
  token_key other{token_key::hs256("another secret, as long as the first!")};
  token_key pair{*token_key::ed25519_private(private_pem)};
};

const keys& all_keys() {
  static const keys all;
  return all;
}

// By OpenSSL, which pads and knows the other alphabet.
std::string base64url(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const auto size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                    reinterpret_cast<const unsigned char*>(bytes.data()),
                                    static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  while (out.ends_with('='))
    out.pop_back();
  for (auto& c : out)
    c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
}

const json_value* member(const json_value& of, const std::string& name) {
  const auto* object = std::get_if<json_value::object>(&of.is);
  if (object == nullptr) return nullptr;
  const auto found = object->find(name);
  return found == object->end() ? nullptr : &found->second;
}

std::string text_of(const json_value* value) {
  const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(&value->is);
  return text == nullptr ? "" : *text;
}

std::optional<double> number_of(const json_value* value) {
  const auto* number = value == nullptr ? nullptr : std::get_if<json_value::number>(&value->is);
  if (number == nullptr) return std::nullopt;
  using enum json_value::number::kind;
  if (number->is == fraction) return __builtin_bit_cast(double, number->bits);
  if (number->is == negative) return static_cast<double>(static_cast<std::int64_t>(number->bits));
  return static_cast<double>(number->bits);
}

// A NumericDate that is a moment of the calendar, in whole milliseconds.
std::optional<time_point> date_of(const json_value* value) {
  const auto seconds = number_of(value);
  if (!seconds || *seconds < 0 || *seconds > 253'402'300'799.0) return std::nullopt;
  return from_unix_ms(static_cast<std::int64_t>(*seconds * 1000.0));
}

bool is_role(std::string_view role) {
  return role == "user" || role == "operator" || role == "admin";
}

bool is_id(std::string_view text) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  return !text.empty() && text.size() <= 40 && text.find_first_not_of(letters) == text.npos;
}

/// Whether a token of these two texts, well signed for `algorithm`, lets in at `now`.
bool lets_in(std::string_view header_text, std::string_view claims_text, std::string_view algorithm,
             time_point now) {
  const auto header = json_reference::read(header_text), claims = json_reference::read(claims_text);
  if (!header || !claims) return false;
  if (text_of(member(*header, "alg")) != algorithm || member(*header, "crit") != nullptr)
    return false;
  const auto expires = date_of(member(*claims, "exp"));
  const auto* not_before = member(*claims, "nbf");
  if (not_before != nullptr && (!date_of(not_before) || now < *date_of(not_before))) return false;
  return expires && now < *expires && is_id(text_of(member(*claims, "sub"))) &&
         is_role(text_of(member(*claims, "role")));
}

std::string signed_by(const token_key& key, std::string_view header, std::string_view claims) {
  const auto text = base64url(header) + '.' + base64url(claims);
  return text + '.' + base64url(key.sign(text));
}

std::string draw_header(FuzzedDataProvider& dice) {
  constexpr const char* some[] = {R"({"alg":"HS256","typ":"JWT"})", R"({"alg":"EdDSA"})",
                                  R"({"alg":"none"})", R"({"alg":"HS256","crit":[]})", R"([])"};
  if (dice.ConsumeBool()) return dice.ConsumeRandomLengthString();
  return dice.PickValueInArray(some);
}

std::string draw_claims(FuzzedDataProvider& dice) {
  if (dice.ConsumeBool()) return dice.ConsumeRandomLengthString();
  constexpr const char* roles[] = {"user", "operator", "admin", "User", "root"};
  auto out = R"({"sub":")" + dice.ConsumeRandomLengthString(45) + R"(","role":")" +
             dice.PickValueInArray(roles) + R"(","exp":)";
  out += dice.ConsumeBool() ? std::to_string(dice.ConsumeIntegralInRange(0, 3'000))
                            : dice.ConsumeRandomLengthString(12);
  if (dice.ConsumeBool()) out += R"(,"nbf":)" + dice.ConsumeRandomLengthString(8);
  return out + '}';
}

void judge_signed(FuzzedDataProvider& dice) {
  const auto& key = dice.ConsumeBool() ? all_keys().shared : all_keys().pair;
  const auto header = draw_header(dice), claims = draw_claims(dice);
  const auto token = signed_by(key, header, claims);
  const auto now = from_unix_ms(dice.ConsumeIntegralInRange(0, 3'000'000));
  const auto read = read_token(token, key, now);
  check(read.has_value() == lets_in(header, claims, key.algorithm(), now),
        "both readings let in the same tokens");
  if (read) {
    const auto value = json_reference::read(claims);
    check(read->who.user.value == text_of(member(*value, "sub")), "as whom the token says");
    check(read->expires == *date_of(member(*value, "exp")), "until the token ends");
    check(!read_token(token, key, read->expires), "and not beyond");
  }
  check(!read_token(token, all_keys().other, now), "nobody gets in with another's signature");

  // A cache knows no more than a reading of each does.
  const token_verifier verifier{key, 4};
  for (auto at = now; at <= now + milliseconds{4000}; at += milliseconds{1000})
    check(verifier.verify(token, at).has_value() == read_token(token, key, at).has_value(),
          "a remembered token is as good as one that is read");
}

void change_one(FuzzedDataProvider& dice) {
  const auto& key = dice.ConsumeBool() ? all_keys().shared : all_keys().pair;
  const identity who{{"user-" + std::to_string(dice.ConsumeIntegralInRange(0, 99))},
                     dice.ConsumeBool() ? access::user : access::admin};
  const auto expires =
      from_unix_ms(dice.ConsumeIntegralInRange<std::int64_t>(1000, 4'000'000'000'000));
  const auto token = sign_token(key, who, expires);
  const auto read = read_token(token, key, time_point{});
  check(read && read->who.user == who.user && read->who.level == who.level, "our own are read");
  check(read->expires == std::chrono::floor<seconds>(expires), "in whole seconds");

  auto changed = token;
  const auto at = dice.ConsumeIntegralInRange<std::size_t>(0, token.size());
  switch (dice.ConsumeIntegralInRange(0, 3)) {
    case 0:
      changed.insert(at, 1, dice.ConsumeIntegral<char>());
      break;
    case 1:
      changed.erase(at, dice.ConsumeIntegralInRange<std::size_t>(1, token.size()));
      break;
    case 2:
      if (at < changed.size()) changed[at] = dice.ConsumeIntegral<char>();
      break;
    default:
      changed.replace(at, dice.ConsumeIntegralInRange<std::size_t>(0, 8),
                      dice.ConsumeRandomLengthString(8));
  }
  check(changed == token || !read_token(changed, key, time_point{}), "a changed token is none");
}

void run(FuzzedDataProvider& dice) {
  switch (dice.ConsumeIntegralInRange(0, 2)) {
    case 0:
      return judge_signed(dice);
    case 1:
      return change_one(dice);
    default: {
      // Nobody can write a signature by chance.
      const auto drawn = dice.ConsumeRemainingBytes<char>();
      const std::string_view text{drawn.data(), drawn.size()};
      check(!read_token(text, all_keys().shared, time_point{}), "a drawn text is no token");
      check(!read_token(text, all_keys().pair, time_point{}), "with no key");
      (void)token_key::ed25519_public(text);
    }
  }
}

}  // namespace
}  // namespace boxoffice::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider dice{data, size};
  boxoffice::http::run(dice);
  return 0;
}
