#include "http/outgoing/webhook_signature.hpp"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace boxoffice::http {
namespace {

std::string whole_file(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  EXPECT_TRUE(in) << path;
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

webhook_key key_of(const std::string& secret) {
  return std::get<webhook_key>(parse_webhook_secret(secret));
}

// What the library `standardwebhooks` verifies (tests/events/check).
TEST(WebhookSignature, IsThatOfStandardWebhooks) {
  const auto known = nlohmann::json::parse(whole_file("tests/events/signed.json"));
  const auto stamp = stamp_webhook(known.at("id"), *parse_rfc3339("2026-12-01T18:00:01.999Z"));
  EXPECT_EQ(stamp.id, known.at("id"));
  EXPECT_EQ(stamp.at, known.at("timestamp"));
  const auto body = whole_file(known.at("body"));
  const auto newer = key_of(known.at("secret"));
  const auto older = key_of(known.at("previousSecret"));
  EXPECT_EQ(sign_webhook({newer, older}, stamp, body), known.at("signature"));
  EXPECT_EQ(sign_webhook({newer}, stamp, body) + ' ' + sign_webhook({older}, stamp, body),
            known.at("signature"));
}

TEST(WebhookSignature, IsOfEverythingThatIsSigned) {
  const auto key = key_of("whsec_YSBrZXkgb2YgdGhlIGRhdGEgcGxhdGZvcm0sIDMyIGI=");
  const auto signature = sign_webhook({key}, {"evt_1", "1"}, "{}");
  EXPECT_EQ(sign_webhook({key}, {"evt_1", "1"}, "{}"), signature);
  EXPECT_NE(sign_webhook({key}, {"evt_2", "1"}, "{}"), signature);
  EXPECT_NE(sign_webhook({key}, {"evt_1", "2"}, "{}"), signature);
  EXPECT_NE(sign_webhook({key}, {"evt_1", "1"}, "{ }"), signature);
  EXPECT_EQ(sign_webhook({}, {"evt_1", "1"}, "{}"), "") << "without a key nothing is signed";
}

TEST(WebhookSignature, IsVerifiedUnderEitherOfTwoKeysAndForWhatWasSignedAlone) {
  const auto known = nlohmann::json::parse(whole_file("tests/events/signed.json"));
  const webhook_stamp stamp{known.at("id"), known.at("timestamp")};
  const auto body = whole_file(known.at("body"));
  const std::string given = known.at("signature");
  const auto newer = key_of(known.at("secret"));
  const auto older = key_of(known.at("previousSecret"));
  const auto foreign = key_of("whsec_d2hhdC1pdC1rbmV3LWJlZm9yZS10aGF0");
  EXPECT_TRUE(verify_webhook({newer}, stamp, body, given));
  EXPECT_TRUE(verify_webhook({older}, stamp, body, given));
  EXPECT_TRUE(verify_webhook({foreign, older}, stamp, body, given));
  EXPECT_FALSE(verify_webhook({foreign}, stamp, body, given));
  EXPECT_FALSE(verify_webhook({}, stamp, body, given));
  EXPECT_FALSE(verify_webhook({newer, older}, stamp, body + " ", given));
  EXPECT_FALSE(verify_webhook({newer, older}, {stamp.id + "0", stamp.at}, body, given));
  EXPECT_FALSE(verify_webhook({newer, older}, {stamp.id, stamp.at + "0"}, body, given));
  for (const auto& wrong : {std::string{}, std::string{" "}, given.substr(0, given.find(' ') - 1),
                            "v1a" + given.substr(2, 45)})
    EXPECT_FALSE(verify_webhook({newer, older}, stamp, body, wrong)) << wrong;
}

}  // namespace
}  // namespace boxoffice::http
