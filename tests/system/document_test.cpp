// The API document and what is made of it, as clients and browsers get them.
#include "tests/http/gunzip.hpp"
#include "tests/system/open_house.hpp"

#include <string>

namespace boxoffice::system_test {
namespace {

class Document : public open_house {
 protected:
  static plain_answer get(const std::string& target, header_list headers = {}) {
    return plain_client{server_->url()}.send(
        {.method = "GET", .target = target, .headers = std::move(headers)});
  }
};

TEST_F(Document, DescribesTheServerThatServesIt) {
  const auto answer = get("/openapi.json");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Content-Type"), "application/json");
  const auto document = answer.value();
  EXPECT_EQ(document.value("openapi", ""), "3.1.0");
  const auto& pay = document["paths"]["/v1/payments"]["post"];
  EXPECT_EQ(pay.value("operationId", ""), "pay");
  for (const auto* each : {"201", "202", "400", "401", "402", "403", "404", "409", "410", "422"})
    EXPECT_TRUE(pay["responses"].contains(each)) << each;
  EXPECT_TRUE(document["paths"].contains("/v1/dev/tokens"));
}

TEST_F(Document, IsSentOnceToWhoeverHasIt) {
  for (const std::string target : {"/openapi.json", "/docs", "/docs/style.css"}) {
    SCOPED_TRACE(target);
    const auto first = get(target);
    ASSERT_EQ(first.status, 200);
    const auto tag = first.header("ETag");
    ASSERT_FALSE(tag.empty());
    const auto again = get(target, {{"If-None-Match", tag}});
    EXPECT_EQ(again.status, 304);
    EXPECT_EQ(again.header("ETag"), tag);
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(get(target, {{"If-None-Match", "\"another\""}}).status, 200);
    const auto gzip = get(target, {{"Accept-Encoding", "gzip"}});
    ASSERT_EQ(gzip.header("Content-Encoding"), "gzip");
    EXPECT_EQ(http::gunzip(gzip.body), first.body);
  }
}

TEST_F(Document, IsAPageWithoutScriptsAndForeignPlaces) {
  const auto page = get("/docs");
  EXPECT_EQ(page.header("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(page.header("Content-Security-Policy").find("default-src 'none'; style-src 'self'"),
            0U);
  EXPECT_NE(page.body.find("<h1>"), std::string::npos);
  EXPECT_NE(page.body.find("/v1/reservations/{id}"), std::string::npos);
  EXPECT_NE(page.body.find("href=\"/problems/seat_taken\""), std::string::npos);
  for (const auto* never : {"<script", "style=", "http://", "https://"})
    EXPECT_EQ(page.body.find(never), std::string::npos) << never;
}

TEST_F(Document, ExplainsAProblemInTheFormThatIsPreferred) {
  struct wish {
    std::string accept, type;
  };
  const std::string html = "text/html; charset=utf-8", json = "application/json";
  for (const auto& [accept, type] :
       {wish{"", json}, wish{"*/*", json}, wish{"application/json", json},
        wish{"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", html},
        wish{"text/html;q=0.5, application/json", json}, wish{"text/html", html},
        wish{"text/*;q=0.9, application/*;q=0.1", html}, wish{"text/html, application/json", json},
        wish{"text/html;level=1;q=0.9, */*;q=0.1", html}, wish{"text/html;q=2", json}}) {
    SCOPED_TRACE(accept);
    const auto answer = get("/problems/seat_taken",
                            accept.empty() ? header_list{} : header_list{{"Accept", accept}});
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Content-Type"), type);
    EXPECT_EQ(answer.header("Vary"), "Accept, Accept-Language");
  }
  const auto said = get("/problems/seat_taken").value();
  EXPECT_EQ(said.value("code", ""), "seat_taken");
  EXPECT_EQ(said.value("status", 0), 409);
  EXPECT_FALSE(said.value("retryable", true));
  EXPECT_FALSE(said.value("meaning", "").empty());
  EXPECT_FALSE(said.value("advice", "").empty());
}

TEST_F(Document, ExplainsAProblemInTheLanguageThatIsPreferred) {
  struct wish {
    std::string accept, query, language;
  };
  for (const auto& [accept, query, language] :
       {wish{"", "", "en"}, wish{"ko", "", "ko"}, wish{"ko-KR,ko;q=0.9,en-US;q=0.8", "", "ko"},
        wish{"en,ko;q=0.9", "", "en"}, wish{"fr", "", "en"}, wish{"*", "", "en"},
        wish{"ko;q=0, *", "", "en"}, wish{"en;q=0.1, *", "", "ko"}, wish{"kok", "", "en"},
        wish{"ko", "?lang=en", "en"}, wish{"en", "?lang=ko", "ko"}}) {
    SCOPED_TRACE(accept + query);
    const auto answer =
        get("/problems/seat_taken" + query,
            accept.empty() ? header_list{} : header_list{{"Accept-Language", accept}});
    EXPECT_EQ(answer.header("Content-Language"), language);
    EXPECT_EQ(answer.value().value("language", ""), language);
    EXPECT_EQ(answer.body.find("이미") != std::string::npos, language == "ko");
  }
  EXPECT_EQ(faults_of_problem(get("/problems/seat_taken?lang=fr"), 400, "invalid_field"), "");
  EXPECT_EQ(faults_of_problem(get("/problems/none"), 404, "not_found"), "");
}

TEST_F(Document, HasAPageForTheTypeOfARefusal) {
  const auto refused = get("/v1/points");
  EXPECT_EQ(refused.status, 401);
  const auto type = refused.value().value("type", "");
  EXPECT_EQ(get(type).value().value("code", ""), refused.code());
}

}  // namespace
}  // namespace boxoffice::system_test
