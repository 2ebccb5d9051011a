#include "config/address.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using namespace std::string_view_literals;

TEST(WebAddress, IsReadAsItIsMeant) {
  struct row {
    std::string_view text, url, path;
  };
  constexpr row rows[] = {
      {"http://h", "http://h/", "/"},
      {"https://h/", "https://h/", "/"},
      {"HTTPS://h:8443/in", "https://h:8443/in", "/in"},
      {"http://h:1/a/../b", "http://h:1/a/../b", "/a/../b"},
      {"http://h:65535/in?of=a&to=b", "http://h:65535/in?of=a&to=b", "/in?of=a&to=b"},
      {"http://h?q", "http://h/?q", "/?q"},
      {"http://[::1]:80/x", "http://[::1]:80/x", "/x"},
      {"http://127.0.0.1/with%20space", "http://127.0.0.1/with%20space", "/with%20space"},
      {"http://h/user:pw@path", "http://h/user:pw@path", "/user:pw@path"},
  };
  for (const auto& [text, url, path] : rows) {
    const auto read = parse_web_address(text);
    ASSERT_TRUE(std::holds_alternative<web_address>(read)) << text;
    EXPECT_EQ(std::get<web_address>(read), (web_address{std::string{url}, std::string{path}}));
  }
}

TEST(WebAddress, IsRefusedWithAReason) {
  using enum address_fault;
  struct row {
    std::string_view text;
    address_fault fault;
  };
  constexpr row rows[] = {
      {""sv, scheme},
      {"h"sv, scheme},
      {"h:80/x"sv, scheme},
      {"//h/x"sv, scheme},
      {"http:h"sv, form},
      {"http:/h/x"sv, scheme},
      {"http:/h?x=http://h/"sv, scheme},
      {"http://"sv, host},
      {"http:////in"sv, form},
      {"ftp://h/x"sv, scheme},
      {"file:///etc/passwd"sv, scheme},
      {"file://h/etc/passwd"sv, scheme},
      {"httpss://h/"sv, scheme},
      {"ws://h/"sv, scheme},
      {"://h/"sv, scheme},
      {"/in?to=http://h/"sv, scheme},
      {"http://"sv, host},
      {"http:///in"sv, host},
      {"http://:80/in"sv, host},
      {"http://?q"sv, host},
      {"http://#f"sv, host},
      {"http://u@h/"sv, user},
      {"http://u:p@h/"sv, user},
      {"http://:p@h/"sv, user},
      {"http://@h/"sv, user},
      {"https://u:p@h:99999/"sv, user},
      {"http://h/#"sv, fragment},
      {"http://h/x?q#f"sv, fragment},
      {"http://h#f"sv, fragment},
      {"http://h:0/"sv, port},
      {"http://h:000/x"sv, port},
      {"http://h:65536/"sv, port},
      {"http://h:99999999999999999999/"sv, port},
      {"http://h:80a/"sv, port},
      {"http://h:-1/"sv, port},
      {"http://h:+1/"sv, port},
      {"http://[::1]:0/"sv, port},
      {"http://[::1/"sv, form},
      {"http://[nonsense]/"sv, form},
      {"http://h/\0x"sv, characters},
      {"\0http://h/"sv, characters},
      {"http://h/\r\nX: y"sv, characters},
      {"http://h/\x7f"sv, characters},
      {"http://h/a b"sv, characters},
      {" http://h/"sv, characters},
      {"http://h\t/"sv, characters},
      {"http://h/\xc3\xbc"sv, characters},
  };
  for (const auto& [text, fault] : rows) {
    const auto read = parse_web_address(text);
    const auto* told = std::get_if<address_fault>(&read);
    ASSERT_NE(told, nullptr) << text << " is read as " << std::get<web_address>(read).url;
    EXPECT_EQ(to_text(*told), to_text(fault)) << text;
  }
}

}  // namespace
}  // namespace boxoffice
