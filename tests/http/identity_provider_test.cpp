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
       {weak.public_key(),
        changed(good, {{"use", "enc"}}),
        changed(good, {{"key_ops", {"sign"}}}),
        changed(good, {{"alg", "RS512"}}),
        changed(good, {{"alg", "HS256"}}),
        changed(good, {{"kty", "oct"}, {"k", "AAAA"}}),
        changed(good, {{"n", "!"}}),
        changed(good, {{"e", ""}}),
        changed(good, {{"kid", 7}}),
        changed(curve_.public_key(), {{"crv", "P-384"}}),
        changed(curve_.public_key(), {{"x", curve_.public_key()["y"]}}),
        changed(edwards_.public_key(), {{"crv", "X25519"}}),
        changed(edwards_.public_key(), {{"x", "AAAA"}}),
        changed(good, {{"use", 1}}),
        changed(good, {{"key_ops", "verify"}}),
        changed(good, {{"alg", nullptr}}),
        changed(good, {{"e", "AQ"}}),
        changed(good, {{"e", "Ag"}}),
        changed(good, {{"n", "AAAA"}}),
        changed(curve_.public_key(), {{"x", std::string(43, 'A')}, {"y", std::string(43, 'A')}}),
        json{{"kid", "x"}},
        json{"text"},
        json{1}})
    EXPECT_EQ(reads({{"keys", {bad}}}), 0) << bad;
  EXPECT_EQ(reads({{"keys", {good, changed(good, {{"use", "enc"}, {"kid", "x"}})}}}), 1);
  EXPECT_EQ(reads({{"keys", {good, changed(curve_.public_key(), {{"kid", good["kid"]}})}}}), 0)
      << "of two keys with one id neither is taken";
  for (const auto* text : {"", "[]", "{}", R"({"keys":{}})", R"({"keys":[]})", "<html>"})
    EXPECT_TRUE(std::holds_alternative<web_keys_fault>(read_web_keys(text))) << text;
}

// Under such a key anybody makes signatures: the neutral point, and those of orders 2, 4 and 8.
TEST_F(IdentityProvider, KeysOfSmallOrderAreNotTaken) {
  const std::string zeros(30, '\0'), ones(30, '\xFF');
  const auto point = [](char low, const std::string& middle, char high) {
    return std::string{low} + middle + high;
  };
  const std::vector<std::string> points{
      point('\0', zeros, '\0'),
      point('\1', zeros, '\0'),
      point('\xEC', ones, '\x7F'),
      point('\xED', ones, '\x7F'),
      point('\xEE', ones, '\x7F'),
      "\x26\xe8\x95\x8f\xc2\xb2\x27\xb0\x45\xc3\xf4\x89\xf2\xef\x98\xf0"
      "\xd5\xdf\xac\x05\xd3\xc6\x33\x39\xb1\x38\x02\x88\x6d\x53\xfc\x05",
      "\xc7\x17\x6a\x70\x3d\x4d\xd8\x4f\xba\x3c\x0b\x76\x0d\x10\x67\x0f"
      "\x2a\x20\x53\xfa\x2c\x39\xcc\xc6\x4e\xc7\xfd\x77\x92\xac\x03\x7a"};
  for (const auto& each : points)
    for (const bool is_negative : {false, true}) {
      auto bytes = each;
      if (is_negative) bytes.back() = static_cast<char>(bytes.back() | 0x80);
      auto key = edwards_.public_key();
      key["x"] = openssl_base64url(bytes);
      EXPECT_TRUE(
          std::holds_alternative<web_keys_fault>(read_web_keys(json{{"keys", {key}}}.dump())))
          << key;
    }
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
  for (int i = 0; i < 10'000; ++i) {
    const auto verdict = tokens->judge(
        curve_.token({{"alg", "ES256"}, {"kid", "made-up-" + std::to_string(i)}}, claims()), now);
    EXPECT_FALSE(std::holds_alternative<token_claims>(verdict));
    if (const auto* needed = std::get_if<keys_needed>(&verdict)) await_keys(*needed->of);
  }
  EXPECT_EQ(keys_.fetches(), 2) << "one at start, and one that they asked for";
}

// The fetch at start was no answer to a token: a change right after it is seen at once.
TEST_F(IdentityProvider, AChangeOfKeysSoonAfterTheStartRefusesNobody) {
  const signing_key next{"RS256", "rsa-2"};
  const auto tokens = verifier();
  keys_.set(key_set_of({&next, &rsa_}));
  const auto verdict = tokens->judge(next.token(claims()), now);
  const auto* needed = std::get_if<keys_needed>(&verdict);
  ASSERT_NE(needed, nullptr);
  await_keys(*needed->of);
  EXPECT_TRUE(tokens->verify(next.token(claims()), now));
  EXPECT_TRUE(tokens->verify(rsa_.token(claims()), now));
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
