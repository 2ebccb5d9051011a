// The seat map in both of its forms, as a browser sees it.
#include "tests/http/gunzip.hpp"
#include "tests/system/open_house.hpp"

#include <string>

namespace boxoffice::system_test {
namespace {

class SeatMap : public open_house {
 protected:
  static plain_answer get(const std::string& target, header_list headers = {}) {
    return plain_client{server_->url()}.send(
        {.method = "GET", .target = target, .headers = std::move(headers)});
  }
  static plain_answer get_gzip(const std::string& target, header_list headers = {}) {
    headers.emplace_back("Accept-Encoding", "gzip, deflate, br");
    return get(target, std::move(headers));
  }
  static std::string seats_of(const sale& at) { return "/v1/schedules/" + at.schedule + "/seats"; }
};

TEST_F(SeatMap, SaysTheSameInBothForms) {
  auto body = schedule_on_sale(40, 100);
  body["sections"].push_back({{"name", "B"}, {"rows", 20}, {"seatsPerRow", 50}, {"price", 5}});
  const auto at = open_sale(body);
  auto ann = buyer_at(at);
  const auto bought = held(ann, at, {"A-1", "A-2"});
  held(ann, at, {"B-7"});
  paid(ann, bought);
  const auto all = seats_of(at);
  for (const auto& target :
       {all, all + "?status=AVAILABLE", all + "?section=B", all + "?section=A&status=AVAILABLE"}) {
    SCOPED_TRACE(target);
    const auto plain = get(target);
    const auto gzip = get_gzip(target);
    EXPECT_EQ(plain.header("Content-Encoding"), "");
    ASSERT_EQ(gzip.header("Content-Encoding"), "gzip");
    EXPECT_EQ(http::gunzip(gzip.body), plain.body);
    EXPECT_LT(gzip.body.size() * 8, plain.body.size());
    EXPECT_EQ(plain.header("Vary"), "Accept-Encoding");
    EXPECT_EQ(gzip.header("Vary"), "Accept-Encoding");
    EXPECT_EQ(gzip.header("Content-Type"), "application/json");
  }
  for (const auto& target :
       {all + "?status=SOLD", all + "?status=HELD&section=B", all + "?section=C"}) {
    const auto small = get_gzip(target);
    EXPECT_EQ(small.header("Content-Encoding"), "") << "it fits into one packet";
    EXPECT_EQ(small.body, get(target).body);
  }
}

TEST_F(SeatMap, IsAskedForAgainByTheTagOfEachForm) {
  const auto at = open_sale(schedule_on_sale(10, 100));
  const auto target = seats_of(at);
  const auto plain = get(target).header("ETag");
  const auto gzip = get_gzip(target).header("ETag");
  EXPECT_NE(plain, gzip);
  const auto expect_unchanged = [&](const plain_answer& answer, const std::string& tag) {
    EXPECT_EQ(answer.status, 304);
    EXPECT_EQ(answer.header("ETag"), tag);
    EXPECT_EQ(answer.header("Vary"), "Accept-Encoding");
    EXPECT_EQ(answer.body, "");
  };
  expect_unchanged(get(target, {{"If-None-Match", plain}}), plain);
  expect_unchanged(get_gzip(target, {{"If-None-Match", gzip}}), gzip);
  expect_unchanged(get_gzip(target, {{"If-None-Match", plain + ", " + gzip}}), gzip);
  EXPECT_EQ(get(target, {{"If-None-Match", gzip}}).status, 200) << "it cannot use that form";

  auto ann = buyer_at(at);
  held(ann, at, {"A-5"});
  const auto later = get_gzip(target, {{"If-None-Match", plain + ", " + gzip}});
  EXPECT_EQ(later.status, 200) << "a write that was acknowledged is read";
  EXPECT_NE(http::gunzip(later.body).find(R"("seat":"A-5","section":"A","row":1,"number":5)"),
            std::string::npos);
  EXPECT_NE(http::gunzip(later.body).find(R"("HELD")"), std::string::npos);
  EXPECT_NE(later.header("ETag"), gzip);
}

TEST_F(SeatMap, IsRefusedToWhoTakesNeitherForm) {
  const auto target = seats_of(open_sale());
  for (const std::string accepted : {"identity;q=0", "*;q=0", "br, identity; q=0.000"}) {
    const auto answer = get(target, {{"Accept-Encoding", accepted}});
    EXPECT_EQ(faults_of_problem(answer, 406, "not_acceptable"), "") << accepted;
  }
  EXPECT_EQ(get(target, {{"Accept-Encoding", "identity;q=0, gzip"}}).header("Content-Encoding"),
            "gzip")
      << "also a small one";
}

}  // namespace
}  // namespace boxoffice::system_test
