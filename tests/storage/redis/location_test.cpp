#include "storage/redis/location.hpp"

#include "storage/storage_error.hpp"

#include <string>

#include <gtest/gtest.h>

namespace boxoffice::redis {
namespace {

std::string refusal(const std::string& url) {
  try {
    parse_location(url);
  } catch (const storage_error& e) {
    EXPECT_EQ(e.why(), storage_error::kind::refused);
    return e.what();
  }
  return "";
}

TEST(RedisLocation, TcpWithAndWithoutWhatMayBeLeftOut) {
  auto at = parse_location("redis://cache.example");
  EXPECT_EQ(at.by, location::way::tcp);
  EXPECT_EQ(at.addresses.at(0).host, "cache.example");
  EXPECT_EQ(at.addresses.at(0).port, 6379);
  EXPECT_EQ(at.database, 0);
  EXPECT_EQ(at.prefix, "boxoffice");
  at = parse_location("redis://ann:h%40s%2Fh@[::1]:7000/3?prefix=test");
  EXPECT_EQ(at.user, "ann");
  EXPECT_EQ(at.password, "h@s/h");
  EXPECT_EQ(at.addresses.at(0).host, "::1");
  EXPECT_EQ(at.addresses.at(0).port, 7000);
  EXPECT_EQ(at.database, 3);
  EXPECT_EQ(at.prefix, "test");
  EXPECT_EQ(parse_location("redis://:secret@h").user, "");
  EXPECT_EQ(parse_location("redis://:secret@h").password, "secret");
}

TEST(RedisLocation, UnixSocketsAndSentinels) {
  auto at = parse_location("redis+unix://ann:pw@/run/redis/r@1.sock?db=2&prefix=x");
  EXPECT_EQ(at.by, location::way::unix_socket);
  EXPECT_EQ(at.socket, "/run/redis/r@1.sock");
  EXPECT_EQ(at.password, "pw");
  EXPECT_EQ(at.database, 2);
  EXPECT_EQ(at.prefix, "x");
  at = parse_location("redis-sentinel://:pw@one,two:5000/boss/4");
  EXPECT_EQ(at.by, location::way::sentinel);
  ASSERT_EQ(at.addresses.size(), 2U);
  EXPECT_EQ(at.addresses[0].port, 26379);
  EXPECT_EQ(at.addresses[1].port, 5000);
  EXPECT_EQ(at.master, "boss");
  EXPECT_EQ(at.database, 4);
}

TEST(RedisLocation, WhatIsWrongIsSaidAndNothingQuoted) {
  for (const std::string url : {"",
                                "localhost",
                                "redis",
                                "redis+unix",
                                "redis-sentinel",
                                "redis:",
                                "redis:/",
                                "://hush",
                                "http://hush",
                                "redis://",
                                "redis://hush@h",
                                "redis://a:hush@h:port",
                                "redis://a:hush@h:0",
                                "redis://a:hush@h/x",
                                "redis://a:hu%zzsh@h",
                                "redis://a:hush@h,i",
                                "redis://a:hush@h?colour=hush",
                                "redis://a:hush@h?prefix={hush}",
                                "redis+unix://hush",
                                "redis-sentinel://a:hush@h",
                                "redis-sentinel://a:hush@h/"}) {
    const auto said = refusal(url);
    EXPECT_FALSE(said.empty()) << url;
    EXPECT_EQ(said.find("hush"), std::string::npos) << said;
  }
  EXPECT_NE(refusal("rediss://h").find("TLS"), std::string::npos);
}

TEST(RedisLocation, ItsPublicNameHasNoPassword) {
  EXPECT_EQ(public_name(parse_location("redis://a:hush@h:1/2")), "h:1/2");
  EXPECT_EQ(public_name(parse_location("redis+unix://a:hush@/s?db=1")), "/s/1");
  EXPECT_EQ(public_name(parse_location("redis-sentinel://a:hush@h:1,i:2/boss")), "h:1,i:2/boss/0");
}

}  // namespace
}  // namespace boxoffice::redis
