#include "bench/load/connection.hpp"

#include "bench/load/requests.hpp"

#include <gtest/gtest.h>

namespace boxoffice::load {
namespace {

constexpr std::string_view head =
    "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\ncontent-length: 12\r\n"
    "X-Content-Length: 99\r\n";

TEST(LoadConnection, FindsAFieldInAnyCase) {
  EXPECT_EQ(field_of(head, "Content-Length").substr(0, 2), "12");
  EXPECT_EQ(field_of(head, "Content-Type").substr(0, 16), "application/json");
}

TEST(LoadConnection, AFieldThatIsNotThereIsEmpty) { EXPECT_TRUE(field_of(head, "ETag").empty()); }

TEST(LoadRequests, APostSaysHowLongItsBodyIs) {
  std::string request;
  write_post(request, "/v1/x", R"({"a":1})", {.bearer = "t", .idempotency_key = "k"});
  EXPECT_EQ(request,
            "POST /v1/x HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer t\r\n"
            "Idempotency-Key: k\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n"
            "{\"a\":1}");
}

TEST(LoadRequests, TakesATextMemberOutOfAnAnswer) {
  EXPECT_EQ(member_of(R"({"a":"b","token":"xyz"})", "token"), "xyz");
  EXPECT_EQ(member_of(R"({"a":"b"})", "token"), "");
}

}  // namespace
}  // namespace boxoffice::load
