#include "config/settings.hpp"
#include "tests/storage/temp_directory.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

const std::string issuer = "https://id.example/realms/tickets";

/// A gateway that trusts one identity provider, and whose pages are set up by flags.
class WebSettings : public testing::Test {
 protected:
  const test::temp_directory directory_;
  const std::filesystem::path file_ = directory_.path() / "boxoffice.toml";
  std::string trusted_ = issuer;

  settings_result load(const std::vector<std::pair<std::string, std::string>>& flags) const {
    std::ofstream{file_} << "[[auth.issuer]]\nissuer = \"" << trusted_
                         << "\"\naudience = \"boxoffice\"\n"
                            "jwks_url = \"https://id.example/keys\"\n";
    settings_sources from;
    from.file = file_;
    for (const auto& [key, value] : flags)
      from.flags.push_back({"--set " + key, key, value});
    return load_settings(from);
  }
  /// All mistakes, a line each.
  std::string mistakes(const std::vector<std::pair<std::string, std::string>>& flags) const {
    const auto result = load(flags);
    std::string out;
    if (const auto* found = std::get_if<settings_mistakes>(&result))
      for (const auto& each : *found)
        out += each + '\n';
    return out;
  }
};

TEST_F(WebSettings, LogInAtATrustedProvider) {
  const auto read = load({{"web.oidc_issuer", issuer}, {"web.oidc_client_id", "pages"}});
  ASSERT_TRUE(std::holds_alternative<settings>(read));
  const auto& web = std::get<settings>(read).web;
  EXPECT_EQ(web.oidc_issuer, issuer);
  EXPECT_EQ(web.oidc_client_id, "pages");
  EXPECT_EQ(web.oidc_scope, "openid profile");
  EXPECT_EQ(web.oidc_resource, "");
  EXPECT_EQ(mistakes({}), "") << "nobody has to";
}

TEST_F(WebSettings, OneIsNothingWithoutTheOther) {
  EXPECT_EQ(mistakes({{"web.oidc_issuer", issuer}}),
            "default: web.oidc_client_id must be set together with web.oidc_issuer\n");
  EXPECT_EQ(mistakes({{"web.oidc_client_id", "pages"}}),
            "default: web.oidc_issuer must be set together with web.oidc_client_id\n");
}

TEST_F(WebSettings, AnIssuerThatNobodyTrustsIsAMistake) {
  for (const auto* other : {"https://id.example/realms/ticket",
                            "https://id.example/realms/tickets/", "https://other.example"})
    EXPECT_EQ(mistakes({{"web.oidc_issuer", other}, {"web.oidc_client_id", "pages"}}),
              "--set web.oidc_issuer: web.oidc_issuer must be the issuer of an [[auth.issuer]], "
              "letter by letter: this server would refuse the tokens that the pages get there\n");
}

TEST_F(WebSettings, TheIssuerIsAnAddressThatIsSafe) {
  for (const auto& [bad, why] : std::vector<std::pair<std::string, std::string>>{
           {"id.example", "must begin with http:// or https://"},
           {"http://id.example", "must begin with https:// where it is not loopback"},
           {"https://id.example/?a=b", "must be a host and a path, without a query"},
           {"https://u:p@id.example", "user"},
           {"https://id.example/#x", "fragment"},
           {"https://id.example;script-src", "must"}}) {
    trusted_ = bad;
    EXPECT_NE(mistakes({{"web.oidc_issuer", bad}, {"web.oidc_client_id", "pages"}}).find(why),
              std::string::npos)
        << bad << ": " << mistakes({{"web.oidc_issuer", bad}, {"web.oidc_client_id", "pages"}});
  }
  for (const auto* good :
       {"http://127.0.0.1:4000", "http://[::1]:4000/x", "https://id.example:8443"}) {
    trusted_ = good;
    EXPECT_EQ(mistakes({{"web.oidc_issuer", good}, {"web.oidc_client_id", "pages"}}), "") << good;
  }
}

TEST_F(WebSettings, TextsCanStandInAnAddress) {
  const auto with = [&](const std::string& key, const std::string& value) {
    return mistakes({{"web.oidc_issuer", issuer}, {"web.oidc_client_id", "pages"}, {key, value}});
  };
  EXPECT_NE(with("web.oidc_scope", "").find("web.oidc_scope must not be empty"), std::string::npos);
  EXPECT_NE(with("web.oidc_client_id", "a\nb").find("printable"), std::string::npos);
  EXPECT_NE(with("web.oidc_resource", std::string(513, 'x')).find("printable"), std::string::npos);
  EXPECT_EQ(with("web.oidc_resource", "api://boxoffice"), "");
  EXPECT_EQ(with("web.oidc_scope", "openid offline_access api://x/buy"), "");
}

}  // namespace
}  // namespace boxoffice
