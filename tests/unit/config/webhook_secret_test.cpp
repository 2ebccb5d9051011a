#include "config/webhook_secret.hpp"

#include "config/settings.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

const std::string good_secret = "whsec_YSBrZXkgb2YgdGhlIGRhdGEgcGxhdGZvcm0sIDMyIGI=";

TEST(WebhookSecret, IsBase64BehindItsPrefix) {
  const auto key_of = [](const std::string& text) {
    const auto read = parse_webhook_secret(text);
    const auto* key = std::get_if<webhook_key>(&read);
    return key == nullptr ? "refused" : key->bytes;
  };
  EXPECT_EQ(key_of(good_secret), "a key of the data platform, 32 b");
  EXPECT_EQ(key_of("whsec_" + std::string(32, '/')), std::string(24, '\xff'));
  EXPECT_EQ(key_of("whsec_" + std::string(32, 'A')), std::string(24, '\0'));
  EXPECT_EQ(key_of("whsec_" + std::string(86, 'A') + "=="), std::string(64, '\0'));
}

TEST(WebhookSecret, SaysHowToMakeOneWhenItIsNone) {
  for (const auto& text :
       {std::string{}, std::string{"whsec_"}, std::string{"open-sesame"},
        std::string{"YSBrZXkgb2YgdGhlIGRhdGEgcGxhdGZvcm0sIDMyIGI="}, "whsk_" + std::string(32, 'A'),
        "whsec_" + std::string(28, 'A'),          // 21 bytes
        "whsec_" + std::string(88, 'A'),          // 66 bytes
        "whsec_" + std::string(31, 'A'),          // not whole
        "whsec_" + std::string(33, 'A') + "===",  // no such padding
        "whsec_" + std::string(34, 'A') + "=A",
        "whsec_" + std::string(34, 'A') + "B=", "whsec_" + std::string(31, 'A') + "-",
        "whsec_" + std::string(31, 'A') + "\n", good_secret + "\n", " " + good_secret}) {
    const auto read = parse_webhook_secret(text);
    const auto* fault = std::get_if<secret_fault>(&read);
    ASSERT_NE(fault, nullptr) << text;
    EXPECT_NE(fault->why.find("whsec_$(openssl rand -base64 32)"), std::string::npos);
    EXPECT_EQ(fault->why.find("sesame"), std::string::npos);
  }
}

settings_result loaded_with(const std::string& secret, const std::string& previous) {
  settings_sources sources;
  for (const auto& [key, value] :
       {std::pair{"auth.dev", std::string{"true"}}, std::pair{"data_platform.secret", secret},
        std::pair{"data_platform.previous_secret", previous}})
    sources.flags.push_back({std::string{"--set "} + key, key, value});
  return load_settings(sources);
}

TEST(WebhookSecret, IsJudgedWithTheSettings) {
  const auto mistakes_of = [](const std::string& secret, const std::string& previous) {
    const auto result = loaded_with(secret, previous);
    const auto* mistakes = std::get_if<settings_mistakes>(&result);
    return mistakes == nullptr ? settings_mistakes{} : *mistakes;
  };
  const auto one = std::get<settings>(loaded_with(good_secret, good_secret)).data_platform;
  EXPECT_EQ(one.secret.reveal(), good_secret);
  EXPECT_EQ(one.previous_secret.reveal(), good_secret);
  EXPECT_EQ(mistakes_of("", ""), settings_mistakes{});
  EXPECT_EQ(mistakes_of(good_secret, ""), settings_mistakes{});
  const auto both = mistakes_of("open-sesame", "open-sesame-too");
  ASSERT_EQ(both.size(), 2U);
  EXPECT_NE(both[0].find("data_platform.secret must begin with whsec_"), std::string::npos);
  EXPECT_NE(both[1].find("data_platform.previous_secret must begin"), std::string::npos);
  for (const auto& each : both)
    EXPECT_EQ(each.find("sesame"), std::string::npos) << each;
  const auto alone = mistakes_of("", good_secret);
  ASSERT_EQ(alone.size(), 1U);
  EXPECT_NE(alone[0].find("data_platform.previous_secret signs beside data_platform.secret"),
            std::string::npos);
}

}  // namespace
}  // namespace boxoffice
