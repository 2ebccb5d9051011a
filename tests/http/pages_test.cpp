// What the pages are told of signing in, and what a browser then lets them do.
#include "http/pages/page_set.hpp"

#include <string>

#include <gtest/gtest.h>

namespace boxoffice::http {
namespace {

std::string html(const page_set& pages, std::string_view name) {
  const auto found = pages.page(name);
  return found ? std::string{found->text->plain()} : std::string{};
}

TEST(Pages, SayHowOneSignsIn) {
  for (const auto* name : {"index", "console"}) {
    EXPECT_NE(html({{}, {}}, name).find(R"(<html lang="en" data-sign-in="none">)"),
              std::string::npos);
    EXPECT_NE(html({{}, {.dev_tokens = true, .at = {}}}, name).find(R"(data-sign-in="dev">)"),
              std::string::npos);
    const sign_in_rules::provider at{"https://id.example/r", "pages", "openid", "urn:x", "role"};
    EXPECT_NE(html({{}, {.dev_tokens = false, .at = at}}, name)
                  .find(R"(data-sign-in="none" data-issuer="https://id.example/r" )"
                        R"(data-client-id="pages" data-scope="openid" data-resource="urn:x" )"
                        R"(data-role-claim="role">)"),
              std::string::npos);
  }
}

TEST(Pages, TextsOfTheSettingsStayInTheirAttributes) {
  const sign_in_rules::provider at{"https://id.example", "\"><script>&amp;", "a", "", "r"};
  const auto text = html({{}, {.dev_tokens = false, .at = at}}, "index");
  EXPECT_NE(text.find(R"(data-client-id="&quot;>&lt;script>&amp;amp;")"), std::string::npos);
}

TEST(Pages, MayAskThisServerAndTheProviderAlone) {
  const page_set alone{{}, {}};
  EXPECT_NE(alone.policy().find("; connect-src 'self'; "), std::string::npos);
  const sign_in_rules::provider at{"https://id.example:8443/realms/x", "pages", "openid", "",
                                   "role"};
  const page_set with{{}, {.dev_tokens = false, .at = at}};
  EXPECT_NE(with.policy().find("; connect-src 'self' https://id.example:8443; "),
            std::string::npos);
  EXPECT_EQ(with.policy().find("unsafe"), std::string::npos);
  EXPECT_NE(with.policy().find("form-action 'none'"), std::string::npos);
}

}  // namespace
}  // namespace boxoffice::http
