#include "actors/core/time.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

TEST(Time, WritesUtcWithMilliseconds) {
  EXPECT_EQ(to_rfc3339(from_unix_ms(1780272000007)), "2026-06-01T00:00:00.007Z");
  EXPECT_EQ(to_rfc3339(from_unix_ms(0)), "1970-01-01T00:00:00.000Z");
}

TEST(Time, ReadsWhatRfc3339Allows) {
  const auto at = from_unix_ms(1780272000120);
  for (const auto* text :
       {"2026-06-01T00:00:00.12Z", "2026-06-01t00:00:00.120z", "2026-06-01T09:00:00.1209+09:00",
        "2026-05-31T19:00:00.120-05:00", "2026-06-01T00:00:00.120000000Z"})
    EXPECT_EQ(parse_rfc3339(text), at) << text;
  EXPECT_EQ(parse_rfc3339("2026-06-01T00:00:00Z"), from_unix_ms(1780272000000));
}

TEST(Time, RefusesWhatIsNoMoment) {
  for (const auto* text :
       {"", "2026-06-01", "2026-06-01T00:00:00", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z",
        "2026-06-01T24:00:00Z", "2026-06-01T00:60:00Z", "2026-06-01T00:00:60Z",
        "2026-06-01T00:00:00.Z", "2026-06-01T00:00:00.1234567890Z", "2026-06-01 00:00:00Z",
        "2026-06-01T00:00:00Zx", "2026-6-1T00:00:00Z", "2026-06-01T00:00:00+24:00",
        "-026-06-01T00:00:00Z"})
    EXPECT_FALSE(parse_rfc3339(text)) << text;
}

TEST(Time, AnOffsetMustNotLeadOutOfTheYears) {
  for (const auto* text : {"0000-01-01T00:00:00+00:01", "0000-01-01T22:00:00+23:59",
                           "9999-12-31T23:59:59-00:01", "9999-12-31T01:00:00.999-23:00"})
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  for (const auto* text : {"0000-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"}) {
    const auto at = parse_rfc3339(text);
    ASSERT_TRUE(at) << text;
    EXPECT_EQ(to_rfc3339(*at), text);
  }
  EXPECT_EQ(parse_rfc3339("0000-01-01T00:01:00+00:01"), parse_rfc3339("0000-01-01T00:00:00Z"));
  EXPECT_EQ(parse_rfc3339("9999-12-31T23:58:59-00:01"), parse_rfc3339("9999-12-31T23:59:59Z"));
}

TEST(Time, SurvivesItsText) {
  for (std::int64_t ms = 951'782'400'000; ms < 4'102'444'800'000; ms += 86'399'999'989)
    EXPECT_EQ(parse_rfc3339(to_rfc3339(from_unix_ms(ms))), from_unix_ms(ms));
}

}  // namespace
}  // namespace boxoffice
