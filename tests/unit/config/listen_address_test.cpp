#include "config/listen_address.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

TEST(ListenAddress, ReadsAndWritesBothFamilies) {
  for (const char* text : {"127.0.0.1:8080", "0.0.0.0:0", "[::1]:65535", "localhost:1"}) {
    const auto address = parse_listen_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(to_text(*address), text);
  }
  EXPECT_EQ(parse_listen_address("[::1]:80"), (listen_address{"::1", 80}));
}

TEST(ListenAddress, RefusesEverythingElse) {
  for (const char* text : {"", ":", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
                           "127.0.0.1:-1", "127.0.0.1:80 ", "::1:80", "[127.0.0.1]:80", "[]:80",
                           "[::1]80", "example.org:80", "127.0.0:80", "[localhost]:80"}) {
    EXPECT_FALSE(parse_listen_address(text)) << text;
  }
  for (const char* host : {"localhost", "127.0.0.1", "0.0.0.0"}) {
    std::string text{host};
    text.push_back('\0');
    EXPECT_FALSE(parse_listen_address(text + ":80")) << host;
    EXPECT_FALSE(parse_listen_address(text + "x:80")) << host;
  }
}

TEST(ListenAddress, LoopbackIsDecidedByTheNumber) {
  EXPECT_TRUE(is_loopback({"127.0.0.1", 0}));
  EXPECT_TRUE(is_loopback({"0:0:0:0:0:0:0:1", 0}));
  EXPECT_FALSE(is_loopback({"::", 0}));
  EXPECT_FALSE(is_loopback({"127.evil.example", 0}));
}

}  // namespace
}  // namespace boxoffice
