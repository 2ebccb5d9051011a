// What the table of routes declares, and what is made of it.
#include "http/document/openapi.hpp"
#include "http/document/problem_words.hpp"
#include "http/document/schemas.hpp"
#include "http/server/declared_answers.hpp"
#include "tests/http/all_routes.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace boxoffice::http {
namespace {

route with_rules() {
  return {.method = verb::post,
          .pattern = "/v1/things",
          .needs = access::admin,
          .handle = {},
          .body = body_rule::json,
          .key = key_rule::required,
          .says = {.operation = "makeThing",
                   .answers = {{status::created, "Thing"}},
                   .problems = {problem_code::seat_taken}}};
}

bool holds(const std::vector<problem_code>& codes, problem_code one) {
  return std::ranges::find(codes, one) != codes.end();
}

TEST(DeclaredAnswers, BringWhatTheRulesOfARouteBring) {
  const auto all = problems_of(with_rules());
  for (const auto each :
       {problem_code::seat_taken, problem_code::unauthenticated, problem_code::forbidden,
        problem_code::idempotency_key_required, problem_code::idempotency_key_reused,
        problem_code::unsupported_media_type, problem_code::rate_limited, problem_code::internal})
    EXPECT_TRUE(holds(all, each)) << kind_of(each).name;
  const auto none =
      problems_of({.pattern = "/free", .handle = {}, .admitted = admission_rule::exempt});
  for (const auto each : {problem_code::unauthenticated, problem_code::idempotency_key_required,
                          problem_code::unsupported_media_type, problem_code::rate_limited,
                          problem_code::unavailable, problem_code::seat_taken})
    EXPECT_FALSE(holds(none, each)) << kind_of(each).name;
  EXPECT_TRUE(holds(none, problem_code::not_acceptable));
  EXPECT_FALSE(holds(implied_problems(with_rules()), problem_code::seat_taken));
}

TEST(DeclaredAnswers, KnowNoOtherAnswerOfARouteThatIsDescribed) {
  router routes;
  routes.add(with_rules());
  routes.add({.pattern = "/undescribed", .handle = {}});
  const declared_answers declared{routes};
  EXPECT_TRUE(declared.has(0, response{status::created}));
  EXPECT_FALSE(declared.has(0, response{status::ok}));
  EXPECT_TRUE(declared.has(0, problem{problem_code::seat_taken}));
  EXPECT_TRUE(declared.has(0, problem{problem_code::unavailable}));
  EXPECT_FALSE(declared.has(0, problem{problem_code::sales_closed}));
  EXPECT_TRUE(declared.has(1, response{status::ok}));
  EXPECT_TRUE(declared.has(1, problem{problem_code::sales_closed}));
}

TEST(ApiDocument, DescribesEveryRouteOnce) {
  const all_routes served;
  std::set<std::string_view> names;
  std::set<std::string> groups;
  for (const auto& each : document_groups())
    groups.insert(each.at("name").get<std::string>());
  const auto schemas = document_schemas();
  for (const auto& each : served.routes().routes()) {
    SCOPED_TRACE(each->pattern);
    const auto& says = each->says;
    EXPECT_FALSE(says.operation.empty()) << "the route says nothing of itself";
    EXPECT_TRUE(names.insert(says.operation).second) << "another one is called so";
    EXPECT_TRUE(groups.contains(std::string{says.group}));
    EXPECT_FALSE(says.summary.empty());
    EXPECT_EQ(says.body.empty(), each->body == body_rule::none);
    EXPECT_TRUE(says.body.empty() || schemas.contains(std::string{says.body}));
    EXPECT_FALSE(says.answers.empty());
    for (const auto& answer : says.answers)
      EXPECT_TRUE(answer.schema.empty() || schemas.contains(std::string{answer.schema}));
    const auto implied = implied_problems(*each);
    for (const auto code : says.problems)
      EXPECT_FALSE(holds(implied, code)) << kind_of(code).name << " is said twice";
  }
}

TEST(ApiDocument, NamesNothingThatItDoesNotHave) {
  const all_routes served;
  const auto document = api_document(served.routes(), "0");
  const auto text = document.dump();
  constexpr std::string_view begin = R"("$ref":"#)";
  std::size_t found = 0;
  for (auto at = text.find(begin); at != std::string::npos; at = text.find(begin, at + 1)) {
    const auto from = at + begin.size();
    const auto pointer = text.substr(from, text.find('"', from) - from);
    EXPECT_TRUE(document.contains(nlohmann::ordered_json::json_pointer{pointer})) << pointer;
    ++found;
  }
  EXPECT_GT(found, 300U);
}

TEST(ProblemWords, ExplainEveryProblemInEachLanguage) {
  for (std::size_t i = 0; i < problem_codes; ++i) {
    const auto code = static_cast<problem_code>(i);
    SCOPED_TRACE(kind_of(code).name);
    EXPECT_EQ(words_of(code, language::english).title, kind_of(code).title);
    for (const auto in : {language::english, language::korean}) {
      const auto& words = words_of(code, in);
      EXPECT_FALSE(words.title.empty());
      EXPECT_TRUE(words.meaning.ends_with('.'));
      EXPECT_TRUE(words.advice.ends_with('.'));
      EXPECT_EQ(std::ranges::count(words.meaning, '`') % 2, 0);
      EXPECT_EQ(std::ranges::count(words.advice, '`') % 2, 0);
    }
    EXPECT_NE(words_of(code, language::english).meaning, words_of(code, language::korean).meaning);
  }
}

}  // namespace
}  // namespace boxoffice::http
