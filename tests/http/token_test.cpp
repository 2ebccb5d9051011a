#include "http/server/token.hpp"

#include <random>

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

namespace boxoffice::http {
namespace {

const time_point now = *parse_rfc3339("2026-11-22T12:00:00.000Z");
const std::int64_t now_s = to_unix_ms(now) / 1000;
const std::string secret = "0123456789abcdef0123456789abcdef";

// OpenSSL's base64, so that the tests do not rest on the code they test.
std::string base64url(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  while (out.ends_with('='))
    out.pop_back();
  for (auto& c : out)
    c = c == '+' ? '-' : (c == '/' ? '_' : c);
  return out;
}

std::string hmac(const EVP_MD* hash, std::string_view key, std::string_view text) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(hash, key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), out, &size);
  return {reinterpret_cast<const char*>(out), size};
}

std::string make_token(std::string_view header, std::string_view claims,
                       const EVP_MD* hash = EVP_sha256(), std::string_view key = secret) {
  const auto text = base64url(header) + "." + base64url(claims);
  return text + "." + base64url(hmac(hash, key, text));
}

const std::string hs256 = R"({"alg":"HS256","typ":"JWT"})";

std::string claims(std::string_view exp, std::string_view rest = R"("sub":"u1","role":"user")") {
  return "{" + std::string{rest} + ",\"exp\":" + std::string{exp} + "}";
}

bool is_good(const std::string& token) {
  return read_token(token, token_key::hs256(secret), now).has_value();
}

TEST(Token, MayBeAsLongAsAHeader) {
  const auto filler = R"("sub":"u1","role":"user","groups":")" + std::string(9000, 'g') + '"';
  const auto token = make_token(hs256, claims(std::to_string(now_s + 60), filler));
  EXPECT_TRUE(is_good(token));
  const token_verifier verifier{token_key::hs256(secret)};
  for (int i = 0; i < 2; ++i)
    EXPECT_TRUE(verifier.verify(token, now));
  EXPECT_FALSE(verifier.verify(token, now + std::chrono::seconds{60}));
}

TEST(Token, TellsWhoAndUntilWhen) {
  const auto read = read_token(make_token(hs256, claims(std::to_string(now_s + 60))),
                               token_key::hs256(secret), now);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->who.user.value, "u1");
  EXPECT_EQ(read->who.level, access::user);
  EXPECT_EQ(read->expires, now + seconds{60});
}

TEST(Token, KnownExampleOfTheStandard) {
  // RFC 7515, A.1: the signature is right, the claims are not ours; one byte less and it is wrong.
  const std::string text =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl"
      "fQ";
  const unsigned char key[] = {3,   35,  53,  75,  43,  15,  165, 188, 131, 126, 6,   101, 119,
                               123, 166, 143, 90,  179, 40,  230, 240, 84,  201, 40,  169, 15,
                               132, 178, 210, 80,  46,  191, 211, 251, 90,  146, 210, 6,   71,
                               239, 150, 138, 180, 195, 119, 98,  61,  34,  61,  46,  33,  114,
                               5,   46,  79,  8,   192, 205, 154, 245, 103, 208, 128, 163};
  const auto standard = token_key::hs256({reinterpret_cast<const char*>(key), sizeof key});
  EXPECT_EQ(base64url(standard.sign(text)), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
}

TEST(Token, ExpiresWithoutLeeway) {
  EXPECT_TRUE(is_good(make_token(hs256, claims(std::to_string(now_s + 1)))));
  EXPECT_FALSE(is_good(make_token(hs256, claims(std::to_string(now_s)))));
  EXPECT_FALSE(is_good(make_token(hs256, claims(std::to_string(now_s - 1)))));
  EXPECT_TRUE(is_good(make_token(hs256, claims(std::to_string(now_s) + ".5"))));
  EXPECT_TRUE(is_good(make_token(hs256, claims("2e9"))));
}

TEST(Token, RefusesBadClaims) {
  const auto later = std::to_string(now_s + 60);
  for (const auto* exp : {"\"1900000000\"", "null", "true", "-1", "1e300", "[1900000000]", "{}"})
    EXPECT_FALSE(is_good(make_token(hs256, claims(exp)))) << exp;
  for (const auto* rest :
       {R"("role":"user")", R"("sub":"u1")", R"("sub":"","role":"user")",
        R"("sub":1,"role":"user")", R"("sub":"a b","role":"user")", R"("sub":"ä","role":"user")",
        R"("sub":"12345678901234567890123456789012345678901","role":"user")",
        R"("sub":"u1","role":"root")", R"("sub":"u1","role":"User")",
        R"("sub":"u1","role":["user"])", R"("sub":"u1","role":null)",
        R"("sub":"u1","sub":"u2","role":"user")", R"("sub":"u1","role":"user","role":"admin")",
        R"("sub":"u1","role":"user","exp":1)", R"("sub":"u1","role":"user","nbf":9999999999)",
        R"("sub":"u1","role":"user","nbf":"x")"})
    EXPECT_FALSE(is_good(make_token(hs256, claims(later, rest)))) << rest;
  EXPECT_FALSE(is_good(make_token(hs256, R"({"sub":"u1","role":"user"})")));
  for (const auto* payload : {"", "[]", "null", "\"x\"", "{", "{}x", "[[[[", "\xff"})
    EXPECT_FALSE(is_good(make_token(hs256, payload))) << payload;
  EXPECT_TRUE(is_good(make_token(
      hs256, claims(later, R"("iss":"x","nbf":1,"aud":["a"],"sub":"u1","role":"admin")"))));
}

TEST(Token, RefusesOtherAlgorithms) {
  const auto good = claims(std::to_string(now_s + 60));
  for (const auto* header :
       {R"({"alg":"none"})", R"({"alg":"None"})", R"({"alg":"hs256"})", R"({"alg":"HS384"})",
        R"({"alg":"EdDSA"})", R"({"alg":"RS256"})", R"({"alg":null})", R"({"alg":["HS256"]})",
        R"({"typ":"JWT"})", R"({"alg":"HS256","alg":"none"})", R"({"alg":"none","alg":"HS256"})",
        R"({"alg":"HS256","crit":["exp"]})", "HS256", "", "[]"})
    EXPECT_FALSE(is_good(make_token(header, good))) << header;
  EXPECT_FALSE(is_good(make_token(hs256, good, EVP_sha512())));
  EXPECT_FALSE(is_good(make_token(hs256, good, EVP_sha256(), "another secret")));
  const auto unsigned_text = base64url(R"({"alg":"none"})") + "." + base64url(good) + ".";
  EXPECT_FALSE(is_good(unsigned_text));
}

TEST(Token, RefusesEveryOtherText) {
  const auto good = make_token(hs256, claims(std::to_string(now_s + 60)));
  ASSERT_TRUE(is_good(good));
  for (std::size_t i = 0; i <= good.size(); ++i) {
    EXPECT_FALSE(is_good(good.substr(0, i)) && i < good.size()) << i;
    EXPECT_FALSE(is_good(good.substr(0, i) + "=" + good.substr(i))) << i;
    EXPECT_FALSE(is_good(good.substr(0, i) + "." + good.substr(i))) << i;
    EXPECT_FALSE(is_good(good.substr(0, i) + "A" + good.substr(i))) << i;
    if (i == good.size()) break;
    for (const char c : {'A', '_', '=', '+', '/', ' ', '.', '\0', '\xff', 'z', '1'}) {
      if (good[i] == c) continue;
      auto other = good;
      other[i] = c;
      EXPECT_FALSE(is_good(other)) << i << " " << c;
    }
  }
}

TEST(Token, LeftOverBitsMustBeZero) {
  // 32 bytes are 43 characters, of which the last holds 4 bits: three other letters decode alike.
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const auto good = make_token(hs256, claims(std::to_string(now_s + 60)));
  int accepted = 0;
  for (const char c : alphabet)
    accepted += is_good(good.substr(0, good.size() - 1) + c) ? 1 : 0;
  EXPECT_EQ(accepted, 1);
}

TEST(Token, RandomTextsAreRefused) {
  const unsigned seed = 20261122;
  SCOPED_TRACE(seed);
  std::mt19937 random{seed};
  const std::string letters = "abcXYZ019-_.{}\":=";
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (auto size = random() % 60; size > 0; --size)
      text += letters[random() % letters.size()];
    EXPECT_FALSE(is_good(text));
  }
}

TEST(Token, SignedHereIsReadHere) {
  const auto key = token_key::hs256(secret);
  for (const auto level : {access::user, access::operator_, access::admin}) {
    const auto text = sign_token(key, {user_id{"u-1"}, level}, now + seconds{5});
    const auto read = read_token(text, key, now);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->who.level, level);
    EXPECT_FALSE(read_token(text, key, now + seconds{5}));
  }
}

struct key_texts {
  std::string open, hidden;
};

key_texts make_pair(const char* kind) {
  EVP_PKEY* pair = EVP_PKEY_Q_keygen(nullptr, nullptr, kind);
  key_texts out;
  const auto text_of = [](BIO* from) {
    char* bytes = nullptr;
    const auto size = BIO_get_mem_data(from, &bytes);
    std::string text{bytes, static_cast<std::size_t>(size)};
    BIO_free(from);
    return text;
  };
  BIO* to = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(to, pair);
  out.open = text_of(to);
  to = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(to, pair, nullptr, nullptr, 0, nullptr, nullptr);
  out.hidden = text_of(to);
  EVP_PKEY_free(pair);
  return out;
}

TEST(Token, EdDsaIsCheckedWithThePublicKey) {
  const auto texts = make_pair("ED25519");
  const auto signer = token_key::ed25519_private(texts.hidden);
  const auto checker = token_key::ed25519_public(texts.open);
  ASSERT_TRUE(signer && checker);
  const auto good = sign_token(*signer, {user_id{"u1"}, access::operator_}, now + seconds{9});
  ASSERT_TRUE(read_token(good, *checker, now));
  EXPECT_EQ(read_token(good, *checker, now)->who.level, access::operator_);
  EXPECT_FALSE(read_token(good, *token_key::ed25519_public(make_pair("ED25519").open), now));
  EXPECT_FALSE(read_token(good, token_key::hs256(secret), now));
  // The oldest trick: HS256 with the public key as the secret.
  const auto forged =
      make_token(hs256, claims(std::to_string(now_s + 60)), EVP_sha256(), texts.open);
  EXPECT_FALSE(read_token(forged, *checker, now));
  EXPECT_TRUE(checker->sign("x").empty());
}

TEST(Token, KeysOfOtherKindsAreNoKeys) {
  EXPECT_FALSE(token_key::ed25519_public(""));
  EXPECT_FALSE(token_key::ed25519_public("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n"));
  EXPECT_FALSE(token_key::ed25519_public(make_pair("X25519").open));
  EXPECT_FALSE(token_key::ed25519_private(make_pair("ED448").hidden));
}

TEST(TokenVerifier, RemembersTokensAndStillSeesThemExpire) {
  const token_verifier tokens{token_key::hs256(secret), 4};
  const auto text = make_token(hs256, claims(std::to_string(now_s + 10)));
  EXPECT_TRUE(tokens.verify(text, now));
  EXPECT_TRUE(tokens.verify(text, now + seconds{9}));
  EXPECT_FALSE(tokens.verify(text, now + seconds{10}));
  for (int i = 0; i < 50; ++i)
    EXPECT_TRUE(tokens.verify(make_token(hs256, claims(std::to_string(now_s + 100 + i))), now));
  EXPECT_TRUE(tokens.verify(text, now));
  auto other = text;
  other.back() = other.back() == 'A' ? 'E' : 'A';
  EXPECT_FALSE(tokens.verify(other, now));
}

}  // namespace
}  // namespace boxoffice::http
