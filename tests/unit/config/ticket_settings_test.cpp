#include "config/settings.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

const std::string good_secret(32, 's');
const std::string private_pem = "-----BEGIN PRIVATE KEY-----\nsesame\n-----END PRIVATE KEY-----\n";
const std::string public_pem = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";

using assignments = std::vector<std::pair<std::string, std::string>>;

settings_mistakes mistakes_of(const assignments& all, settings_use use = settings_use::serve) {
  settings_sources sources;
  sources.use = use;
  sources.flags.push_back({"--set auth.dev", "auth.dev", "true"});
  for (const auto& [key, value] : all)
    sources.flags.push_back({"--set tickets." + key, "tickets." + key, value});
  const auto result = load_settings(sources);
  const auto* mistakes = std::get_if<settings_mistakes>(&result);
  return mistakes == nullptr ? settings_mistakes{} : *mistakes;
}

TEST(TicketSettings, TakesOneKeyThatSignsAndOneOfBefore) {
  for (const auto& all :
       std::vector<assignments>{{},
                                {{"secret", good_secret}},
                                {{"secret", good_secret}, {"previous_secret", good_secret}},
                                {{"private_key", private_pem}, {"previous_public_key", public_pem}},
                                {{"private_key", private_pem}, {"previous_secret", good_secret}},
                                {{"public_key", public_pem}, {"previous_public_key", public_pem}},
                                {{"previous_secret", good_secret}}})
    EXPECT_EQ(mistakes_of(all), settings_mistakes{});
}

TEST(TicketSettings, RefusesTheRestTable) {
  struct line {
    assignments all;
    std::string why;
  };
  for (const auto& [all, why] : std::vector<line>{
           {{{"secret", "sesame"}}, "tickets.secret must have at least 32 bytes"},
           {{{"secret", good_secret}, {"previous_secret", "sesame"}},
            "tickets.previous_secret must have at least 32 bytes"},
           {{{"private_key", "sesame"}}, "tickets.private_key must hold a private key in PEM"},
           {{{"private_key", public_pem}}, "tickets.private_key must hold a private key in PEM"},
           {{{"public_key", "sesame"}}, "tickets.public_key must hold a public key in PEM"},
           {{{"previous_public_key", private_pem}},
            "tickets.previous_public_key must hold a public key in PEM"},
           {{{"secret", good_secret}, {"private_key", private_pem}},
            "tickets.private_key cannot go with tickets.secret"},
           {{{"secret", good_secret}, {"public_key", public_pem}},
            "tickets.public_key is for processes that only check"},
           {{{"private_key", private_pem}, {"public_key", public_pem}},
            "tickets.public_key is for processes that only check"},
           {{{"secret", good_secret},
             {"previous_secret", good_secret},
             {"previous_public_key", public_pem}},
            "tickets.previous_public_key cannot go with tickets.previous_secret"}})
    for (const auto use : {settings_use::serve, settings_use::data_only}) {
      const auto found = mistakes_of(all, use);
      ASSERT_EQ(found.size(), 1U) << why;
      EXPECT_NE(found[0].find(why), std::string::npos) << found[0];
      EXPECT_EQ(found[0].find("sesame"), std::string::npos) << found[0];
    }
}

}  // namespace
}  // namespace boxoffice
