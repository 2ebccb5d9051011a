#include "http/server/identity_provider.hpp"

#include "http/server/key_wait.hpp"
#include "tests/http/signing_key.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>
#include <openssl/hmac.h>

namespace boxoffice::http {
namespace {

using nlohmann::json;

const time_point now = *parse_rfc3339("2026-11-22T12:00:00.000Z");
const std::int64_t now_s = to_unix_ms(now) / 1000;
const std::string secret = "0123456789abcdef0123456789abcdef";
const std::string issuer = "https://id.example/realms/tickets", audience = "boxoffice";

/// What a provider publishes, and who asks for it.
class published {
 public:
  explicit published(std::string text) : text_{std::move(text)} {}

  void set(std::string text) {
    const std::scoped_lock hold{lock_};
    text_ = std::move(text);
  }
  std::string fetch() {
    const std::scoped_lock hold{lock_};
    ++fetches_;
    changed_.notify_all();
    if (text_.empty()) throw std::runtime_error{"away"};
    return text_;
  }
  int fetches() const {
    const std::scoped_lock hold{lock_};
    return fetches_;
  }
  void await_fetches(int count) {
    std::unique_lock hold{lock_};
    ASSERT_TRUE(
        changed_.wait_for(hold, std::chrono::seconds{60}, [&] { return fetches_ >= count; }));
  }

 private:
  mutable std::mutex lock_;
  std::condition_variable changed_;
  std::string text_;
  int fetches_{0};
};

/// Returns when the fetch under way is over, or one that it began.
void await_keys(provider_keys& of) {
  boost::asio::io_context io;
  auto done = boost::asio::co_spawn(io, fetched(of), boost::asio::use_future);
  io.run();
  done.get();
}

class IdentityProvider : public testing::Test {
 protected:
  signing_key rsa_{"RS256", "rsa-1"}, curve_{"ES256", "ec-1"}, edwards_{"EdDSA", "ed-1"};
  published keys_{key_set_of({&rsa_, &curve_, &edwards_})};
  metrics measured_;

  std::unique_ptr<identity_provider> provider(provider_rules rules, key_fetch_times times = {}) {
    return std::make_unique<identity_provider>(
        std::move(rules), std::make_unique<provider_keys>(
                              issuer, [this] { return keys_.fetch(); }, [] {}, measured_, times));
  }
  std::unique_ptr<token_verifier> verifier(std::unique_ptr<identity_provider> of) {
    await_keys(of->keys());
    token_verifier::providers all;
    all.push_back(std::move(of));
    return std::make_unique<token_verifier>(token_key::hs256(secret), std::move(all));
  }
  std::unique_ptr<token_verifier> verifier() { return verifier(provider({issuer, audience})); }
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
};

TEST_F(IdentityProvider, TakesItsThreeAlgorithms) {
  const auto tokens = verifier();
  for (const auto* key : {&rsa_, &curve_, &edwards_}) {
    const auto who = tokens->verify(key->token(claims()), now);
    ASSERT_TRUE(who) << key->algorithm();
    EXPECT_EQ(who->user.value, "u1");
    EXPECT_EQ(who->level, access::user);
  }
  const auto own =
      sign_token(token_key::hs256(secret), {user_id{"u2"}, access::admin}, now + seconds{9});
  EXPECT_TRUE(tokens->verify(own, now)) << "the key of the settings is still good";
}

TEST_F(IdentityProvider, TimesHaveAMinuteOfLeeway) {
  const auto tokens = verifier();
  const auto good = [&](const json& more) {
    return tokens->verify(curve_.token(claims(more)), now).has_value();
  };
  EXPECT_TRUE(good({{"exp", now_s - 59}}));
  EXPECT_FALSE(good({{"exp", now_s - 60}}));
  EXPECT_TRUE(good({{"nbf", now_s + 60}}));
  EXPECT_FALSE(good({{"nbf", now_s + 61}}));
  const auto text = curve_.token(claims({{"exp", now_s + 1}}));
  EXPECT_TRUE(tokens->verify(text, now));
  EXPECT_TRUE(tokens->verify(text, now + seconds{60}));
  EXPECT_FALSE(tokens->verify(text, now + seconds{61})) << "also one that is remembered";
}

TEST_F(IdentityProvider, RolesAreFoundByNameOrPath) {
  const auto level = [&](std::string claim, const json& more) {
    const auto tokens = verifier(provider({issuer, audience, std::move(claim)}));
    const auto who = tokens->verify(edwards_.token(claims(more)), now);
    return who ? who->level : access::anyone;
  };
  EXPECT_EQ(level("role", {{"role", "operator"}}), access::operator_);
  EXPECT_EQ(level("role", json::object()), access::user);
  EXPECT_EQ(level("role", {{"role", "guest"}}), access::user);
  EXPECT_EQ(level("role", {{"role", 7}}), access::user);
  EXPECT_EQ(level("role", {{"role", {"guest", "operator", "admin", "user"}}}), access::admin);
  EXPECT_EQ(level("realm_access.roles", {{"realm_access", {{"roles", {"operator"}}}}}),
            access::operator_);
  EXPECT_EQ(level("realm_access.roles", {{"realm_access", "operator"}}), access::user);
  EXPECT_EQ(level("realm_access.roles", {{"realm_access.roles", "admin"}}), access::admin);
  EXPECT_EQ(level("https://boxoffice.example/role", {{"https://boxoffice.example/role", "admin"}}),
            access::admin);
}

TEST_F(IdentityProvider, SubjectsMayBeHashed) {
  const auto tokens = verifier(provider({issuer, audience, "role", subject_rule::hash}));
  const auto id = [&](const json& subject) {
    const auto who = tokens->verify(rsa_.token(claims({{"sub", subject}})), now);
    return who ? who->user.value : std::string{};
  };
  // printf 'https://id.example/realms/tickets\0auth0|12ab' | sha256sum, the first 24 bytes.
  EXPECT_EQ(id("auth0|12ab"), "u-gLJNLXAsfMOAlDObu4Y4z5DBYFcuFkWZ");
  EXPECT_NE(id("auth0|12ac"), id("auth0|12ab"));
  EXPECT_EQ(id("auth0|12ab").size(), 34);
  EXPECT_EQ(id(""), "");
  EXPECT_EQ(id(12), "");
  EXPECT_FALSE(verifier()->verify(rsa_.token(claims({{"sub", "auth0|12ab"}})), now))
      << "without the hash it is no id";
}

TEST_F(IdentityProvider, NoWayAround) {
  const auto tokens = verifier();
  const signing_key other{"RS256", "rsa-1"}, other_curve{"ES256", "ec-1"},
      weak{"RS256", "weak", 1024};
  const auto head = [](json more) {
    json out{{"alg", "RS256"}, {"kid", "rsa-1"}};
    out.update(more);
    return out;
  };
  const auto hmac = [](std::string_view key, const json& header, const json& said) {
    const auto text = openssl_base64url(header.dump()) + "." + openssl_base64url(said.dump());
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), out, &size);
    return text + "." + openssl_base64url({reinterpret_cast<const char*>(out), size});
  };
  const auto unsigned_as = [](const char* algorithm) {
    return openssl_base64url(json{{"alg", algorithm}, {"kid", "rsa-1"}}.dump()) + "." +
           openssl_base64url(claims().dump()) + ".";
  };
  const auto good = rsa_.token(claims());
  ASSERT_TRUE(tokens->verify(good, now));
  const auto dot = good.rfind('.');
  const auto good_curve = curve_.token(claims());
  const auto curve_dot = good_curve.rfind('.');
  auto public_key = other.public_key();

  const std::vector<std::pair<const char*, std::string>> bypasses{
      {"alg none", unsigned_as("none")},
      {"alg None", unsigned_as("None")},
      {"alg NONE", unsigned_as("NONE")},
      {"alg empty", unsigned_as("")},
      {"no signature", good.substr(0, dot + 1)},
      {"two parts", good.substr(0, dot)},
      {"alg missing", rsa_.token({{"kid", "rsa-1"}}, claims())},
      {"alg null", rsa_.token(head({{"alg", nullptr}}), claims())},
      {"alg a list", rsa_.token(head({{"alg", {"RS256"}}}), claims())},
      {"alg in lower case", rsa_.token(head({{"alg", "rs256"}}), claims())},
      {"RS384", rsa_.token(head({{"alg", "RS384"}}), claims())},
      {"PS256", rsa_.token(head({{"alg", "PS256"}}), claims())},
      {"ES256 by an RSA key", rsa_.token(head({{"alg", "ES256"}}), claims())},
      {"EdDSA by an RSA key", rsa_.token(head({{"alg", "EdDSA"}}), claims())},
      {"ES384 by a P-256 key", curve_.token({{"alg", "ES384"}, {"kid", "ec-1"}}, claims())},
      {"HS256 with the public key as its secret",
       hmac(rsa_.public_pem(), head({{"alg", "HS256"}}), claims())},
      {"HS256 with the modulus as its secret",
       hmac(rsa_.public_key()["n"].get<std::string>(), head({{"alg", "HS256"}}), claims())},
      {"HS256 with an empty secret", hmac("", head({{"alg", "HS256"}}), claims())},
      {"HS256 with the secret of the settings", hmac(secret, head({{"alg", "HS256"}}), claims())},
      {"the same without a key id", hmac(secret, {{"alg", "HS256"}}, claims())},
      {"another's key under the id", other.token(claims())},
      {"another's curve key under the id", other_curve.token(claims())},
      {"another's key, embedded", other.token(head({{"jwk", public_key}}), claims())},
      {"another's key by address",
       other.token(head({{"jku", "https://evil.example/keys"}}), claims())},
      {"another's certificate", other.token(head({{"x5c", {"MIIB"}}}), claims())},
      {"another's certificate by address",
       other.token(head({{"x5u", "https://evil.example/c"}}), claims())},
      {"an unknown key id", rsa_.token(head({{"kid", "rsa-2"}}), claims())},
      {"the key id of another key", rsa_.token(head({{"kid", "ec-1"}}), claims())},
      {"an empty key id", rsa_.token(head({{"kid", ""}}), claims())},
      {"a key id that is a number", rsa_.token(head({{"kid", 1}}), claims())},
      {"a key id that is null", rsa_.token(head({{"kid", nullptr}}), claims())},
      {"a key id that is a path", rsa_.token(head({{"kid", "../../dev/null"}}), claims())},
      {"a key id that is SQL", rsa_.token(head({{"kid", "x' UNION SELECT '1"}}), claims())},
      {"crit", rsa_.token(head({{"crit", {"exp"}}}), claims())},
      {"crit with b64", rsa_.token(head({{"crit", {"b64"}}, {"b64", false}}), claims())},
      {"a weak key that is not published", weak.token(claims())},
      {"no iss", rsa_.token(without("iss"))},
      {"another iss", rsa_.token(claims({{"iss", "https://evil.example"}}))},
      {"iss with a slash more", rsa_.token(claims({{"iss", issuer + "/"}}))},
      {"iss in upper case", rsa_.token(claims({{"iss", "HTTPS://ID.EXAMPLE/REALMS/TICKETS"}}))},
      {"iss a list", rsa_.token(claims({{"iss", {issuer}}}))},
      {"no aud", rsa_.token(without("aud"))},
      {"another aud", rsa_.token(claims({{"aud", "other"}}))},
      {"aud with ours in it", rsa_.token(claims({{"aud", "boxoffice-admin"}}))},
      {"aud a list of others", rsa_.token(claims({{"aud", {"a", "b"}}}))},
      {"aud an empty list", rsa_.token(claims({{"aud", json::array()}}))},
      {"aud an object", rsa_.token(claims({{"aud", {{"boxoffice", true}}}}))},
      {"no exp", rsa_.token(without("exp"))},
      {"exp over", rsa_.token(claims({{"exp", now_s - 61}}))},
      {"exp a text", rsa_.token(claims({{"exp", std::to_string(now_s + 60)}}))},
      {"exp null", rsa_.token(claims({{"exp", nullptr}}))},
      {"exp below zero", rsa_.token(claims({{"exp", -1}}))},
      {"exp without end", rsa_.token(claims({{"exp", 1e300}}))},
      {"nbf to come", rsa_.token(claims({{"nbf", now_s + 120}}))},
      {"nbf a text", rsa_.token(claims({{"nbf", "x"}}))},
      {"no sub", rsa_.token(without("sub"))},
      {"sub empty", rsa_.token(claims({{"sub", ""}}))},
      {"sub a number", rsa_.token(claims({{"sub", 1}}))},
      {"sub no id", rsa_.token(claims({{"sub", "a b"}}))},
      {"sub too long", rsa_.token(claims({{"sub", std::string(41, 'x')}}))},
      {"sub with a line break", rsa_.token(claims({{"sub", "u1\n"}}))},
      {"a signature of zeros",
       good_curve.substr(0, curve_dot + 1) + openssl_base64url(std::string(64, '\0'))},
      {"a signature in DER",
       good_curve.substr(0, curve_dot + 1) +
           openssl_base64url(std::string{"\x30\x06\x02\x01\x01\x02\x01\x01", 8})},
      {"a signature of 63 bytes",
       good_curve.substr(0, curve_dot + 1) + openssl_base64url(std::string(63, 'x'))},
      {"the signature of another token",
       good.substr(0, dot) + curve_.token(claims()).substr(curve_dot)},
      {"padding", good + "="},
      {"a dot more", good + "."},
      {"a blank in front", " " + good},
  };
  EXPECT_GE(bypasses.size(), 60U);
  for (const auto& [name, token] : bypasses)
    EXPECT_FALSE(tokens->verify(token, now)) << name;
}

TEST_F(IdentityProvider, KeySetsAreReadStrictly) {
  const auto reads = [](const json& set) {
    const auto read = read_web_keys(set.dump());
    const auto* keys = std::get_if<web_key_set>(&read);
    return keys != nullptr ? keys->size() : 0;
  };
  const auto changed = [](json key, const json& more) {
    key.update(more);
    return key;
  };
  const auto good = rsa_.public_key();
  EXPECT_EQ(reads({{"keys", {good}}}), 1);
  EXPECT_EQ(reads({{"keys", {good, curve_.public_key(), edwards_.public_key()}}}), 3);
  const signing_key weak{"RS256", "weak", 1024};
  for (const auto& bad :
       {weak.public_key(), changed(good, {{"use", "enc"}}), changed(good, {{"key_ops", {"sign"}}}),
        changed(good, {{"alg", "RS512"}}), changed(good, {{"alg", "HS256"}}),
        changed(good, {{"kty", "oct"}, {"k", "AAAA"}}), changed(good, {{"n", "!"}}),
        changed(good, {{"e", ""}}), changed(good, {{"kid", 7}}),
        changed(curve_.public_key(), {{"crv", "P-384"}}),
        changed(curve_.public_key(), {{"x", curve_.public_key()["y"]}}),
        changed(edwards_.public_key(), {{"crv", "X25519"}}),
        changed(edwards_.public_key(), {{"x", "AAAA"}}), json{{"kid", "x"}}, json{"text"}, json{1}})
    EXPECT_EQ(reads({{"keys", {bad}}}), 0) << bad;
  EXPECT_EQ(reads({{"keys", {good, changed(good, {{"use", "enc"}, {"kid", "x"}})}}}), 1);
  EXPECT_EQ(reads({{"keys", {good, changed(curve_.public_key(), {{"kid", good["kid"]}})}}}), 0)
      << "of two keys with one id neither is taken";
  for (const auto* text : {"", "[]", "{}", R"({"keys":{}})", R"({"keys":[]})", "<html>"})
    EXPECT_TRUE(std::holds_alternative<web_keys_fault>(read_web_keys(text))) << text;
}

TEST_F(IdentityProvider, KeysRotate) {
  const signing_key next{"RS256", "rsa-2"};
  const auto tokens =
      verifier(provider({issuer, audience}, {.pause = std::chrono::milliseconds{0}}));
  EXPECT_TRUE(tokens->verify(rsa_.token(claims()), now));
  keys_.set(key_set_of({&next}));
  const auto verdict = tokens->judge(next.token(claims()), now);
  const auto* needed = std::get_if<keys_needed>(&verdict);
  ASSERT_NE(needed, nullptr);
  await_keys(*needed->of);
  EXPECT_TRUE(tokens->verify(next.token(claims()), now));
  EXPECT_FALSE(tokens->verify(rsa_.token(claims()), now)) << "also what was remembered";
}

TEST_F(IdentityProvider, InventedKeyIdsMakeOneFetch) {
  const auto tokens = verifier();
  ASSERT_EQ(keys_.fetches(), 1);
  int wanted = 0;
  for (int i = 0; i < 10'000; ++i) {
    const auto verdict = tokens->judge(
        curve_.token({{"alg", "ES256"}, {"kid", "made-up-" + std::to_string(i)}}, claims()), now);
    wanted += std::holds_alternative<keys_needed>(verdict) ? 1 : 0;
    EXPECT_FALSE(std::holds_alternative<token_claims>(verdict));
  }
  EXPECT_EQ(wanted, 0) << "the pause after the first fetch is not over";
  EXPECT_EQ(keys_.fetches(), 1);
}

TEST_F(IdentityProvider, KeysAreKeptWhileTheProviderIsAway) {
  const auto tokens = verifier(provider(
      {issuer, audience},
      {std::chrono::milliseconds{1}, std::chrono::milliseconds{1}, std::chrono::milliseconds{1}}));
  keys_.set("");
  keys_.await_fetches(keys_.fetches() + 3);
  EXPECT_TRUE(tokens->verify(rsa_.token(claims()), now));
  keys_.set("<html>sorry</html>");
  keys_.await_fetches(keys_.fetches() + 3);
  EXPECT_TRUE(tokens->verify(curve_.token(claims()), now));
}

TEST_F(IdentityProvider, BeforeTheFirstKeysNothingIsKnown) {
  keys_.set("");
  auto away = provider({issuer, audience}, {.pause = std::chrono::milliseconds{0}});
  await_keys(away->keys());
  token_verifier::providers all;
  all.push_back(std::move(away));
  const token_verifier tokens{token_key::hs256(secret), std::move(all)};
  const auto verdict = tokens.judge(rsa_.token(claims()), now);
  const auto* needed = std::get_if<keys_needed>(&verdict);
  ASSERT_NE(needed, nullptr);
  EXPECT_EQ(needed->why, keys_needed::none_yet);
  keys_.set(key_set_of({&rsa_}));
  await_keys(*needed->of);
  await_keys(*needed->of);  // the one before may have begun without them
  EXPECT_TRUE(tokens.verify(rsa_.token(claims()), now));
}

}  // namespace
}  // namespace boxoffice::http
