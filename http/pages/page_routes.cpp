#include "http/pages/page_routes.hpp"

#include <utility>

namespace boxoffice::http {
namespace {

using boost::asio::awaitable;

constexpr const char* ask_again = "no-cache";
constexpr const char* keep_for_ever = "public, max-age=31536000, immutable";

awaitable<response> answer(request& from, const page_set& pages, std::optional<kept_text> file,
                           const char* caching) {
  if (!file) co_return problem{problem_code::not_found, "There is no such page."};
  co_return as_page(answer_with(*file, from, caching), pages.policy())
      .with("Cross-Origin-Opener-Policy", "same-origin");
}

route_facts facts(std::string_view operation, std::string_view summary, const char* type) {
  return {.operation = operation,
          .group = "Pages",
          .summary = summary,
          .answers = {{.status = status::ok, .headers = {"ETag"}, .types = {type}},
                      {.status = status::not_modified,
                       .headers = {"ETag"},
                       .remark = "The client has it."}},
          .problems = {problem_code::not_found}};
}

route page_route(std::string pattern, const page_set& pages, std::string_view name,
                 route_facts says) {
  return {.pattern = std::move(pattern),
          .handle = [&pages,
                     name](request& r) { return answer(r, pages, pages.page(name), ask_again); },
          .takes = query_rule::any,
          .says = std::move(says)};
}

}  // namespace

void add_page_routes(router& routes, const page_set& pages) {
  routes.add(page_route("/", pages, "index",
                        facts("getBookingPages", "Open the pages to book", "text/html")));
  routes.add(page_route("/console", pages, "console",
                        facts("getConsole", "Open the pages of operators", "text/html")));
  routes.add({.pattern = "/assets/{version}/{file}",
              .handle =
                  [&pages](request& r) {
                    return answer(r, pages, pages.asset(r.arguments[0], r.arguments[1]),
                                  pages.is_fixed() ? keep_for_ever : ask_again);
                  },
              .says = facts("getAsset", "Read what the pages are made of", "*/*")});
}

}  // namespace boxoffice::http
