// docs/API.md says of every route and every problem what the server does, and of nothing else.
#include "tests/http/all_routes.hpp"
#include "tests/tidy/markdown.hpp"

#include <compare>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::http {
namespace {

using tidy::code_spans;

std::vector<std::vector<std::string>> rows_below(std::string_view heading) {
  return tidy::table_rows(tidy::part_below(tidy::read_page("docs/API.md"), heading));
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

/// What the page says of a route: who may ask, and which headers it takes.
struct route_rules {
  access needs{access::anyone};
  bool key{false}, queue{false};
  auto operator<=>(const route_rules&) const = default;
};

access access_of(const std::string& who) {
  if (who == "anyone") return access::anyone;
  if (who.starts_with("operator")) return access::operator_;
  if (who.starts_with("admin")) return access::admin;
  return access::user;  // user, owner, its user
}

std::map<std::string, route_rules> documented_routes() {
  std::map<std::string, route_rules> found;
  for (const auto& cells : rows_below("Routes")) {
    const auto spans = code_spans(cells.front());
    if (spans.empty() || cells.size() < 3) continue;
    const auto marks = cells[0].substr(cells[0].find('`', 1) + 1);
    found[spans.front()] = {access_of(cells[1]), holds(marks, "I**"), holds(marks, "**Q")};
  }
  return found;
}

std::map<std::string, route_rules> served_routes() {
  const all_routes served;
  std::map<std::string, route_rules> found;
  for (const auto& each : served.routes().routes())
    found[std::string{boost::beast::http::to_string(each->method)} + ' ' + each->pattern] = {
        each->needs, each->key == key_rule::required, each->queue == queue_token_rule::taken};
  return found;
}

TEST(ApiPage, HasEveryRouteWithWhoMayAskAndWhatItTakes) {
  const auto documented = documented_routes();
  const auto served = served_routes();
  EXPECT_GT(served.size(), 30U);
  for (const auto& [route, rules] : served) {
    const auto at = documented.find(route);
    if (at == documented.end()) {
      ADD_FAILURE() << "docs/API.md lacks " << route;
      continue;
    }
    EXPECT_EQ(at->second.needs, rules.needs) << route << ": who may ask";
    EXPECT_EQ(at->second.key, rules.key) << route << ": the mark I";
    EXPECT_EQ(at->second.queue, rules.queue) << route << ": the mark Q";
  }
  for (const auto& [route, rules] : documented)
    EXPECT_TRUE(served.contains(route)) << "nobody serves " << route;
}

TEST(ApiPage, HasEveryProblemWithItsStatusAndWhetherToTryAgain) {
  std::map<std::string, std::tuple<std::string, bool>> documented;
  for (const auto& cells : rows_below("Problems")) {
    if (cells.size() < 2) continue;
    for (const auto& code : code_spans(cells[1]))
      documented[code] = {cells[0], cells.size() > 2 && holds(cells[2], "etryable")};
  }
  for (std::size_t i = 0; i < problem_codes; ++i) {
    const auto& kind = kind_of(static_cast<problem_code>(i));
    const auto at = documented.find(std::string{kind.name});
    if (at == documented.end()) {
      ADD_FAILURE() << "docs/API.md lacks the problem " << kind.name;
      continue;
    }
    const auto status = std::to_string(static_cast<unsigned>(kind.status));
    EXPECT_EQ(at->second, std::tuple(status, kind.retryable)) << kind.name;
  }
  EXPECT_EQ(documented.size(), problem_codes) << "docs/API.md has a problem that nobody answers";
}

}  // namespace
}  // namespace boxoffice::http
