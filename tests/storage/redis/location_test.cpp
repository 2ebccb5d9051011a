#include "storage/redis/location.hpp"

#include "storage/storage_error.hpp"

#include <string>

#include <gtest/gtest.h>

namespace boxoffice::redis {
namespace {

TEST(RedisLocation, ThatIsNoneIsRefused) {
  try {
    parse_location("redis://a:hush@h:0");
    ADD_FAILURE() << "it is taken";
  } catch (const storage_error& e) {
    EXPECT_EQ(e.why(), storage_error::kind::refused);
    EXPECT_EQ(std::string{e.what()}, "the URL of Redis must name a port from 1 to 65535, or none");
  }
}

TEST(RedisLocation, ItsPublicNameHasNoPassword) {
  EXPECT_EQ(public_name(parse_location("redis://a:hush@h:1/2")), "h:1/2");
  EXPECT_EQ(public_name(parse_location("redis+unix://a:hush@/s?db=1")), "/s/1");
  EXPECT_EQ(public_name(parse_location("redis-sentinel://a:hush@h:1,i:2/boss")), "h:1,i:2/boss/0");
}

}  // namespace
}  // namespace boxoffice::redis
