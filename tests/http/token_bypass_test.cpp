// Ways around the check of a token, each tried on a server that trusts one identity provider: all
// are 401, and none tells why. **Source** of most: RFC 8725, and CVEs of token libraries.
#include "http/server/identity_provider.hpp"
#include "http/server/key_wait.hpp"
#include "tests/http/signing_key.hpp"
#include "tests/http/toy_server.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <openssl/hmac.h>

namespace boxoffice::http {
namespace {

using nlohmann::json;

class TokenBypass : public testing::Test {
 protected:
  /// A token that must not pass, by what is wrong with it.
  struct attempt {
    std::string name, token;
  };
  using attempts = std::vector<attempt>;

  inline static const std::int64_t now_s = to_unix_ms(toy_now) / 1000;
  inline static const std::string issuer{"https://id.example/realms/tickets"},
      audience{"boxoffice"};

  signing_key rsa_{"RS256", "rsa-1"}, curve_{"ES256", "ec-1"}, edwards_{"EdDSA", "ed-1"};
  const signing_key twice_{"ES256", "twice"}, twin_{"EdDSA", "twice"};
  metrics measured_;
  toy_clock clock_;
  std::unique_ptr<token_verifier> tokens_;
  std::unique_ptr<server> server_;

  void SetUp() override {
    auto text = key_set_of({&rsa_, &curve_, &edwards_, &twice_, &twin_});
    auto keys = std::make_unique<provider_keys>(
        issuer, [text = std::move(text)] { return text; }, [] {}, measured_);
    boost::asio::io_context io;
    auto done = boost::asio::co_spawn(io, fetched(*keys), boost::asio::use_future);
    io.run();
    done.get();
    token_verifier::providers all;
    all.push_back(
        std::make_shared<identity_provider>(provider_rules{issuer, audience}, std::move(keys)));
    tokens_ = std::make_unique<token_verifier>(token_key::hs256(toy_secret), std::move(all));
    server_ = std::make_unique<server>(server_settings{}, tokens_.get(), clock_, measured_);
    server_->start(toy_routes(measured_));
  }
  void TearDown() override {
    tokens_->close();
    server_.reset();
  }

  [[nodiscard]] raw_answer ask(const std::string& authorization) const {
    return raw_client{server_->address().port}.ask("GET /v1/lists/1 HTTP/1.1\r\nHost: h\r\n" +
                                                   authorization + "\r\n");
  }
  [[nodiscard]] raw_answer show(const std::string& token) const {
    return ask("Authorization: Bearer " + token + "\r\n");
  }
  void expect_refused(const attempts& all) {
    ASSERT_EQ(show(rsa_.token(claims())).status, 200) << "the ones below differ from a good one";
    for (const auto& [name, token] : all) {
      const auto answer = show(token);
      EXPECT_EQ(answer.status, 401) << name;
      EXPECT_EQ(answer.code(), "unauthenticated") << name;
      EXPECT_EQ(answer.headers.count("www-authenticate"), 1U) << name;
    }
  }

  static json claims(const json& more = json::object()) {
    json out{{"iss", issuer}, {"aud", audience}, {"sub", "u1"}, {"exp", now_s + 60}};
    out.update(more);
    return out;
  }
  static json without(const char* name) {
    auto out = claims();
    out.erase(name);
    return out;
  }
  static json head(const json& more) {
    json out{{"alg", "RS256"}, {"kid", "rsa-1"}};
    out.update(more);
    return out;
  }
  static std::string part(std::string_view text) { return openssl_base64url(text); }
  /// Texts as they are, signed by the RSA key.
  [[nodiscard]] std::string raw(std::string_view header, std::string_view said) const {
    const auto text = part(header) + "." + part(said);
    return text + "." + part(rsa_.sign(text));
  }
  static std::string hmac(std::string_view key, const json& header) {
    const auto text = part(header.dump()) + "." + part(claims().dump());
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), out, &size);
    return text + "." + part({reinterpret_cast<const char*>(out), size});
  }
  static std::string unsigned_as(const json& algorithm) {
    return part(json{{"alg", algorithm}, {"kid", "rsa-1"}}.dump()) + "." + part(claims().dump()) +
           ".";
  }
  /// A token of the key with its signature replaced.
  static std::string with_signature(const std::string& token, std::string_view signature) {
    return token.substr(0, token.rfind('.') + 1) + part(signature);
  }
};

TEST_F(TokenBypass, TheKeyDecidesTheAlgorithmNotTheHeader) {
  const auto modulus = rsa_.public_key()["n"].get<std::string>();
  expect_refused({
      {"none", unsigned_as("none")},
      {"None", unsigned_as("None")},
      {"NONE", unsigned_as("NONE")},
      {"an empty name", unsigned_as("")},
      {"missing", rsa_.token({{"kid", "rsa-1"}}, claims())},
      {"null", rsa_.token(head({{"alg", nullptr}}), claims())},
      {"a list", rsa_.token(head({{"alg", {"RS256"}}}), claims())},
      {"lower case", rsa_.token(head({{"alg", "rs256"}}), claims())},
      {"a blank behind", rsa_.token(head({{"alg", "RS256 "}}), claims())},
      {"RS384", rsa_.token(head({{"alg", "RS384"}}), claims())},
      {"PS256", rsa_.token(head({{"alg", "PS256"}}), claims())},
      {"ES256 by an RSA key", rsa_.token(head({{"alg", "ES256"}}), claims())},
      {"EdDSA by an RSA key", rsa_.token(head({{"alg", "EdDSA"}}), claims())},
      {"RS256 by a P-256 key", curve_.token({{"alg", "RS256"}, {"kid", "ec-1"}}, claims())},
      {"ES384 by a P-256 key", curve_.token({{"alg", "ES384"}, {"kid", "ec-1"}}, claims())},
      {"HS256 with the public key", hmac(rsa_.public_pem(), head({{"alg", "HS256"}}))},
      {"HS256 with the modulus", hmac(modulus, head({{"alg", "HS256"}}))},
      {"HS256 with an empty secret", hmac("", head({{"alg", "HS256"}}))},
      {"HS256 with the secret of the settings", hmac(toy_secret, head({{"alg", "HS256"}}))},
      {"the same without a key id", hmac(toy_secret, {{"alg", "HS256"}})},
  });
}

TEST_F(TokenBypass, OnlyPublishedKeysVouch) {
  const signing_key other{"RS256", "rsa-1"}, other_curve{"ES256", "ec-1"},
      other_edwards{"EdDSA", "ed-1"}, weak{"RS256", "weak", 1024};
  expect_refused({
      {"another's RSA key under the id", other.token(claims())},
      {"another's curve key under the id", other_curve.token(claims())},
      {"another's Ed25519 key under the id", other_edwards.token(claims())},
      {"another's key, embedded", other.token(head({{"jwk", other.public_key()}}), claims())},
      {"another's key by jku", other.token(head({{"jku", "https://evil.example/keys"}}), claims())},
      {"another's certificate", other.token(head({{"x5c", {"MIIB"}}}), claims())},
      {"another's certificate by x5u",
       other.token(head({{"x5u", "https://evil.example/c"}}), claims())},
      {"another's thumbprint", other.token(head({{"x5t#S256", "AAAA"}}), claims())},
      {"a weak key that is not published", weak.token(claims())},
      {"an unknown id", rsa_.token(head({{"kid", "rsa-2"}}), claims())},
      {"the id of another key", rsa_.token(head({{"kid", "ec-1"}}), claims())},
      {"an id that two keys have", twice_.token(claims())},
      {"the other of the two", twin_.token(claims())},
      {"an empty id", rsa_.token(head({{"kid", ""}}), claims())},
      {"an id that is a number", rsa_.token(head({{"kid", 1}}), claims())},
      {"an id that is null", rsa_.token(head({{"kid", nullptr}}), claims())},
      {"an id that is a path", rsa_.token(head({{"kid", "../../dev/null"}}), claims())},
      {"an id that is SQL", rsa_.token(head({{"kid", "x' UNION SELECT '1"}}), claims())},
      {"an id with a NUL", rsa_.token(head({{"kid", std::string{"rsa-1\0", 6}}}), claims())},
  });
}

TEST_F(TokenBypass, TheSignatureIsThatOfTheKeyOverTheText) {
  const auto good = rsa_.token(claims()), good_curve = curve_.token(claims()),
             good_edwards = edwards_.token(claims());
  const auto dot = good.rfind('.');
  const auto rs = curve_.sign(good_curve.substr(0, good_curve.rfind('.')));
  const auto zero = std::string(32, '\0');
  // n, the order of P-256: a number above it must not be taken for itself less n.
  const std::string order = "\xFF\xFF\xFF\xFF" + std::string(4, '\0') + std::string(8, '\xFF') +
                            "\xBC\xE6\xFA\xAD\xA7\x17\x9E\x84\xF3\xB9\xCA\xC2\xFC\x63\x25\x51";
  expect_refused({
      {"none at all", good.substr(0, dot + 1)},
      {"of another token", good.substr(0, dot) + rsa_.token(claims({{"sub", "u2"}})).substr(dot)},
      {"of another key", good.substr(0, dot) + good_curve.substr(good_curve.rfind('.'))},
      {"RSA, one byte short", with_signature(good, rsa_.sign(good.substr(0, dot)).substr(1))},
      {"RSA, all zeros", with_signature(good, std::string(256, '\0'))},
      {"ES256, all zeros", with_signature(good_curve, zero + zero)},
      {"ES256, r is zero", with_signature(good_curve, zero + rs.substr(32))},
      {"ES256, s is zero", with_signature(good_curve, rs.substr(0, 32) + zero)},
      {"ES256, r is the order", with_signature(good_curve, order + rs.substr(32))},
      {"ES256, s is the order", with_signature(good_curve, rs.substr(0, 32) + order)},
      {"ES256, halves changed", with_signature(good_curve, rs.substr(32) + rs.substr(0, 32))},
      {"ES256, in DER", with_signature(good_curve, curve_.sign_as_openssl(good_curve.substr(
                                                       0, good_curve.rfind('.'))))},
      {"ES256, 63 bytes", with_signature(good_curve, rs.substr(0, 63))},
      {"ES256, 65 bytes", with_signature(good_curve, rs + '\0')},
      {"EdDSA, all zeros", with_signature(good_edwards, std::string(64, '\0'))},
      {"EdDSA, 63 bytes", with_signature(good_edwards, std::string(63, 'x'))},
      {"ES256's as EdDSA's", with_signature(good_edwards, rs)},
  });
}

TEST_F(TokenBypass, WhatTheHeaderDemandsIsUnderstoodOrRefused) {
  expect_refused({
      {"crit", rsa_.token(head({{"crit", {"exp"}}}), claims())},
      {"crit, empty", rsa_.token(head({{"crit", json::array()}}), claims())},
      {"crit with b64", rsa_.token(head({{"crit", {"b64"}}, {"b64", false}}), claims())},
  });
}

TEST_F(TokenBypass, ItIsOfTheIssuerAndForThisServer) {
  expect_refused({
      {"no iss", rsa_.token(without("iss"))},
      {"another iss", rsa_.token(claims({{"iss", "https://evil.example"}}))},
      {"iss with a slash more", rsa_.token(claims({{"iss", issuer + "/"}}))},
      {"iss in upper case", rsa_.token(claims({{"iss", "HTTPS://ID.EXAMPLE/REALMS/TICKETS"}}))},
      {"iss a list", rsa_.token(claims({{"iss", {issuer}}}))},
      {"iss null", rsa_.token(claims({{"iss", nullptr}}))},
      {"no aud", rsa_.token(without("aud"))},
      {"another aud", rsa_.token(claims({{"aud", "other"}}))},
      {"aud with ours in it", rsa_.token(claims({{"aud", "boxoffice-admin"}}))},
      {"aud a list of others", rsa_.token(claims({{"aud", {"a", "b"}}}))},
      {"aud an empty list", rsa_.token(claims({{"aud", json::array()}}))},
      {"aud a list in a list", rsa_.token(claims({{"aud", {{"boxoffice"}}}}))},
      {"aud an object", rsa_.token(claims({{"aud", {{"boxoffice", true}}}}))},
  });
}

TEST_F(TokenBypass, ItsTimeIsNow) {
  expect_refused({
      {"no exp", rsa_.token(without("exp"))},
      {"exp over", rsa_.token(claims({{"exp", now_s - 61}}))},
      {"exp a text", rsa_.token(claims({{"exp", std::to_string(now_s + 60)}}))},
      {"exp null", rsa_.token(claims({{"exp", nullptr}}))},
      {"exp true", rsa_.token(claims({{"exp", true}}))},
      {"exp a list", rsa_.token(claims({{"exp", {now_s + 60}}}))},
      {"exp below zero", rsa_.token(claims({{"exp", -1}}))},
      {"exp without end", rsa_.token(claims({{"exp", 1e300}}))},
      {"exp beyond all years", rsa_.token(claims({{"exp", 1'000'000'000'000'000}}))},
      {"exp beyond all numbers",
       raw(head(json::object()).dump(),
           R"({"iss":")" + issuer + R"(","aud":"boxoffice","sub":"u1","exp":1e999})")},
      {"exp in milliseconds of the past", rsa_.token(claims({{"exp", now_s - 3600}}))},
      {"nbf to come", rsa_.token(claims({{"nbf", now_s + 120}}))},
      {"nbf a text", rsa_.token(claims({{"nbf", "x"}}))},
      {"nbf null", rsa_.token(claims({{"nbf", nullptr}}))},
  });
}

TEST_F(TokenBypass, ItNamesAUser) {
  expect_refused({
      {"no sub", rsa_.token(without("sub"))},
      {"sub empty", rsa_.token(claims({{"sub", ""}}))},
      {"sub a number", rsa_.token(claims({{"sub", 1}}))},
      {"sub a list", rsa_.token(claims({{"sub", {"u1"}}}))},
      {"sub null", rsa_.token(claims({{"sub", nullptr}}))},
      {"sub no id", rsa_.token(claims({{"sub", "a b"}}))},
      {"sub too long", rsa_.token(claims({{"sub", std::string(41, 'x')}}))},
      {"sub with a line break", rsa_.token(claims({{"sub", "u1\n"}}))},
      {"sub with a NUL", rsa_.token(claims({{"sub", std::string{"u1\0", 3}}}))},
  });
}

TEST_F(TokenBypass, ItIsThreePartsOfCanonicalBase64OverStrictJson) {
  const auto good = rsa_.token(claims());
  const auto dot = good.rfind('.'), first = good.find('.');
  const auto whole = claims().dump(), header = head(json::object()).dump();
  const auto with = [&](const std::string& more) {
    return whole.substr(0, whole.size() - 1) + more;
  };
  auto uneven = good;  // 256 bytes leave four bits of the last letter unused
  uneven.back() = uneven.back() == 'A' ? 'B' : static_cast<char>(uneven.back() + 1);
  expect_refused({
      {"two parts", good.substr(0, dot)},
      {"a dot more", good + "."},
      {"a dot in front", "." + good},
      {"five parts, as JWE has", good + ".AAAA.AAAA"},
      {"a part more", good + "." + good.substr(dot + 1)},
      {"padding", good + "="},
      {"a last letter with bits to spare", uneven},
      {"letters of base64 that is not for URLs",
       good.substr(0, dot) + ".+/+/" + good.substr(dot + 5)},
      {"a line break inside", good.substr(0, first) + "\t" + good.substr(first)},
      {"a token in a token", raw(R"({"alg":"RS256","kid":"rsa-1","cty":"JWT"})", good)},
      {"claims a list", raw(header, "[" + whole + "]")},
      {"claims empty", raw(header, "")},
      {"the header a text", raw("\"RS256\"", whole)},
      {"a claim twice", raw(header, with(R"(,"sub":"admin"})"))},
      {"a header twice", raw(R"({"alg":"none","alg":"RS256","kid":"rsa-1"})", whole)},
      {"a claim twice, once escaped", raw(header, with(R"(,"s\u0075b":"admin"})"))},
      {"a byte order mark before the claims", raw(header, "\xEF\xBB\xBF" + whole)},
      {"a byte order mark before the header", raw("\xEF\xBB\xBF" + header, whole)},
      {"claims that are no UTF-8", raw(header, with(",\"x\":\"\xC3\x28\"}"))},
      {"claims in UTF-16", raw(header, std::string{"{\0\"\0", 4} + whole)},
      {"something after the claims", raw(header, whole + "{}")},
      {"a NUL after the claims", raw(header, whole + '\0')},
      {"a comment", raw(header, whole + "/**/")},
      {"nested without end",
       raw(header, with(",\"x\":" + std::string(2000, '[') + std::string(2000, ']') + "}"))},
  });
}

TEST_F(TokenBypass, OnlyOneHeaderWithTheRightSchemeCounts) {
  const auto good = rsa_.token(claims()), line = "Authorization: Bearer " + good + "\r\n";
  ASSERT_EQ(ask(line).status, 200);
  for (const auto& wrong :
       {std::string{}, std::string{"Authorization: Bearer\r\n"},
        "Authorization: Basic " + good + "\r\n", "Authorization: " + good + "\r\n",
        "Authentication: " + good + "\r\n", "Authorization: Bearer " + good + " " + good + "\r\n",
        "Authorization: Bearer " + good + ", Bearer " + good + "\r\n",
        "Cookie: token=" + good + "\r\n", line + line})
    EXPECT_EQ(ask(wrong).status, 401) << wrong.substr(0, 40);
  EXPECT_EQ(show(good + std::string(20'000, 'x')).status, 431);
}

// What looks odd and is all right: who reads more into it would refuse honest providers.
TEST_F(TokenBypass, WhatIsNoMistakeIsTaken) {
  for (const auto& [name, token] : attempts{
           {"no key id, as one key has the algorithm", rsa_.token({{"alg", "RS256"}}, claims())},
           {"any typ", rsa_.token(head({{"typ", "at+jwt"}}), claims())},
           {"aud a list with ours", rsa_.token(claims({{"aud", {"account", audience}}}))},
           {"iat to come, which RFC 7519 gives no rule",
            rsa_.token(claims({{"iat", now_s + 999}}))},
           {"exp with a fraction", rsa_.token(claims({{"exp", 0.5 + static_cast<double>(now_s)}}))},
           {"claims that nobody knows", rsa_.token(claims({{"x", {{"y", {1, 2, 3}}}}}))},
           {"a role of the wrong type, which is a user's", rsa_.token(claims({{"role", 7}}))},
       })
    EXPECT_EQ(show(token).status, 200) << name;
}

}  // namespace
}  // namespace boxoffice::http
