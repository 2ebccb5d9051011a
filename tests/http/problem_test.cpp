#include "http/server/problem.hpp"

#include <gtest/gtest.h>

namespace boxoffice::http {
namespace {

TEST(Problem, HasMembersInTheOrderOfTheContract) {
  const auto refused =
      problem{problem_code::seat_taken, "A-7 is held by somebody else."}.with("seats", {"A-7"});
  EXPECT_EQ(refused.body("r1"),
            R"({"type":"/problems/seat_taken","title":"Seat is taken","status":409,)"
            R"("code":"seat_taken","detail":"A-7 is held by somebody else.","retryable":false,)"
            R"("requestId":"r1","seats":["A-7"]})");
}

TEST(Problem, NamesAllErrorsAtOnce) {
  const problem refused{problem_code::invalid_field,
                        std::vector<field_error>{{"/a", "is required"}, {"/b/0", "is odd"}}};
  EXPECT_EQ(refused.members()["errors"].size(), 2U);
  EXPECT_EQ(refused.members()["errors"][1]["pointer"], "/b/0");
  const auto detail_of = [](const problem& p) {
    return nlohmann::json::parse(p.body("r1"))["detail"].get<std::string>();
  };
  EXPECT_EQ(detail_of(refused), "/a is required. There is 1 more error.");
  EXPECT_EQ(detail_of(invalid_field("", "must be an object")), "The body must be an object.");
}

TEST(Problem, BytesThatAreNotUtf8DoNotStopIt) {
  EXPECT_NE(problem(problem_code::not_found, "\xff").body("r1").find("not_found"),
            std::string::npos);
}

TEST(Problem, EveryCodeHasAStatusOfItsFamily) {
  for (int i = 0; i <= static_cast<int>(problem_code::http_version_not_supported); ++i) {
    const auto& kind = kind_of(static_cast<problem_code>(i));
    EXPECT_GE(static_cast<unsigned>(kind.status), 400U);
    EXPECT_FALSE(kind.title.empty());
    EXPECT_FALSE(kind.name.empty());
  }
  EXPECT_TRUE(problem{problem_code::unavailable}.retry_after().has_value());
  EXPECT_TRUE(problem{problem_code::idempotency_in_flight}.retry_after().has_value());
  EXPECT_FALSE(problem{problem_code::seat_taken}.retry_after().has_value());
}

}  // namespace
}  // namespace boxoffice::http
