#include "http/server/tracing.hpp"

#include "actors/core/call_context.hpp"

#include <string>

#include <gtest/gtest.h>

namespace boxoffice::http {
namespace {

const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string parent = "00f067aa0ba902b7";

std::string made_of(const std::string& version, const std::string& rest = "") {
  return version + "-" + trace + "-" + parent + "-01" + rest;
}

TEST(Traceparent, OfVersion00HasExactlyFourFields) {
  EXPECT_TRUE(is_traceparent(made_of("00")));
  for (const auto& bad :
       {std::string{}, std::string{"nonsense"}, made_of("00", "-"), made_of("00", "-00"),
        made_of("00", "1"), made_of("00").substr(0, 54), " " + made_of("00"), made_of("00", " "),
        made_of("0x"), made_of("0"), made_of("000"),
        "00_" + trace + "-" + parent + "-01",                     // a wrong separator
        "00-" + trace + "-" + parent + "-0x",                     // no flags
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + parent + "-01",  // upper case
        "00-" + std::string(32, '0') + "-" + parent + "-01",      // no trace
        "00-" + trace + "-" + std::string(16, '0') + "-01",       // no parent
        "00-" + trace.substr(1) + "-" + parent + "0-01"})         // shifted
    EXPECT_FALSE(is_traceparent(bad)) << bad;
}

TEST(Traceparent, OfAHigherVersionMayHaveMoreFields) {
  EXPECT_TRUE(is_traceparent(made_of("01")));
  EXPECT_TRUE(is_traceparent(made_of("cc", "-what-the-future-brings")));
  EXPECT_TRUE(is_traceparent(made_of("01", "-")));
  EXPECT_FALSE(is_traceparent(made_of("01", ".more")));
  EXPECT_FALSE(is_traceparent(made_of("ff"))) << "it is no version";
}

TEST(Traceparent, IsPassedOnWithItsTraceAndANewParent) {
  EXPECT_EQ(child_traceparent(made_of("00"), 0x1234), "00-" + trace + "-0000000000001234-01");
  EXPECT_EQ(child_traceparent("00-" + trace + "-" + parent + "-00", ~std::uint64_t{0}),
            "00-" + trace + "-ffffffffffffffff-00");
  EXPECT_EQ(child_traceparent("00-" + trace + "-" + parent + "-ff", 1),
            "00-" + trace + "-0000000000000001-03")
      << "flags without a meaning are not passed on";
  EXPECT_EQ(child_traceparent(made_of("cc", "-more"), 1), "00-" + trace + "-0000000000000001-01")
      << "in the version that we speak";
  EXPECT_EQ(child_traceparent(made_of("00"), 0), "00-" + trace + "-0000000000000001-01")
      << "a parent is never zero";
  EXPECT_TRUE(is_traceparent(child_traceparent(made_of("00"), 7)));
  EXPECT_EQ(child_traceparent("", 7), "") << "what was not traced is not traced";
}

TEST(Traceparent, NamesItsTrace) {
  EXPECT_EQ(request_origin("r1", made_of("00")).trace_id(), trace);
  EXPECT_EQ(request_origin("r1", "").trace_id(), "");
  EXPECT_EQ(request_origin().trace_id(), "");
}

}  // namespace
}  // namespace boxoffice::http
