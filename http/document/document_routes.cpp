#include "http/document/document_routes.hpp"

#include "http/document/html.hpp"
#include "http/document/openapi.hpp"
#include "http/document/problem_page.hpp"
#include "http/document/reference_page.hpp"
#include "http/server/kept_text.hpp"
#include "http/server/octets.hpp"
#include "http/server/preferences.hpp"

#include <memory>
#include <utility>

namespace boxoffice::http {
namespace {

using boost::asio::awaitable;

constexpr std::string_view html_type = "text/html; charset=utf-8";
constexpr std::string_view style_type = "text/css; charset=utf-8";

struct kept_pages {
  kept_text document, reference, style;
};

awaitable<response> show(const kept_text& what, const request& from) {
  co_return as_page(answer_with(what, from, "no-cache"), page_policy);
}

// How much a client likes what `fits`, by the closest name that it gives; -1 when it gives none.
template <class Closeness>
int liking(const request& from, boost::beast::http::field field, Closeness closeness) {
  int best = 0, weight = -1;
  for (const auto& each : from.headers) {
    if (each.id != field) continue;
    each_element(each.value, [&](std::string_view element) {
      const auto one = read_preference(element);
      const int close = one ? closeness(one->name) : 0;
      if (close <= best) return;
      best = close;
      weight = one->weight;
    });
  }
  return weight;
}

// Browsers name HTML; whoever takes anything gets JSON.
bool prefers_html(const request& from) {
  const auto type = [&](std::string_view whole, std::string_view any) {
    return liking(from, boost::beast::http::field::accept, [=](std::string_view name) {
      return iequals(name, whole) ? 3 : iequals(name, any) ? 2 : name == "*/*" ? 1 : 0;
    });
  };
  return type("text/html", "text/*") > type(json_type, "application/*");
}

language preferred_language(const request& from) {
  if (const auto named = from.query_value("lang"))
    return *named == "ko" ? language::korean : language::english;
  const auto wish = [&](std::string_view tag) {
    return liking(from, boost::beast::http::field::accept_language, [=](std::string_view name) {
      if (iequals(name, tag)) return 3;
      if (iequals(name.substr(0, tag.size() + 1), std::string{tag} + '-')) return 2;
      return name == "*" ? 1 : 0;
    });
  };
  return wish("ko") > wish("en") ? language::korean : language::english;
}

std::optional<problem_code> parse_code(std::string_view text) {
  for (std::size_t i = 0; i < problem_codes; ++i)
    if (kind_of(static_cast<problem_code>(i)).name == text) return static_cast<problem_code>(i);
  return std::nullopt;
}

awaitable<response> explain(const request& from, pages_rule pages) {
  const auto named = from.query_value("lang");
  if (named && *named != "en" && *named != "ko")
    co_return invalid_field("/query/lang", "must be en or ko");
  const auto code = parse_code(from.arguments[0]);
  if (!code) co_return problem{problem_code::not_found, "There is no such problem."};
  const auto in = preferred_language(from);
  auto answer = pages == pages_rule::served && prefers_html(from)
                    ? as_page({status::ok, html_type, problem_page(*code, in)}, page_policy)
                    : response{status::ok, problem_json(*code, in)};
  co_return std::move(answer)
      .with("Content-Language", in == language::korean ? "ko" : "en")
      .with("Vary", "Accept, Accept-Language");
}

route kept_route(const char* path, std::shared_ptr<kept_pages> pages, kept_text kept_pages::*which,
                 route_facts says) {
  return {
      .pattern = path,
      .handle = [pages = std::move(pages), which](request& r) { return show((*pages).*which, r); },
      .says = std::move(says)};
}

good_answer page_answer(const char* type) {
  return {.status = status::ok, .headers = {"ETag"}, .types = {type}};
}
good_answer known_answer() {
  return {.status = status::not_modified, .headers = {"ETag"}, .remark = "The client has it."};
}

void add_reference_routes(router& routes, const std::shared_ptr<kept_pages>& pages) {
  routes.add(kept_route("/docs", pages, &kept_pages::reference,
                        {.operation = "getReference",
                         .group = "Document",
                         .summary = "Read this document as a page",
                         .answers = {page_answer("text/html"), known_answer()}}));
  routes.add(kept_route(style_path, pages, &kept_pages::style,
                        {.operation = "getStyle",
                         .group = "Document",
                         .summary = "Read the style sheet of the pages",
                         .answers = {page_answer("text/css"), known_answer()}}));
}

}  // namespace

void add_document_routes(router& routes, std::string_view version, pages_rule rule) {
  auto pages = std::make_shared<kept_pages>();
  routes.add(kept_route("/openapi.json", pages, &kept_pages::document,
                        {.operation = "getDocument",
                         .group = "Document",
                         .summary = "Read this document",
                         .answers = {{status::ok, "Document", {"ETag"}}, known_answer()}}));
  if (rule == pages_rule::served) add_reference_routes(routes, pages);
  routes.add({.pattern = "/problems/{code}",
              .handle = [rule](request& r) { return explain(r, rule); },
              .query = {"lang"},
              .says = {.operation = "explainProblem",
                       .group = "Document",
                       .summary = "Read what a problem means and what to do",
                       .remarks = "HTML for whoever prefers it to JSON. In English or Korean.",
                       .query = {"lang"},
                       .answers = {{.status = status::ok,
                                    .schema = "ProblemPage",
                                    .types = {json_type, "text/html"}}},
                       .problems = {problem_code::not_found}}});
  const auto document = api_document(routes, version);
  pages->document = keep_text(json_type, document.dump());
  pages->reference = keep_text(html_type, reference_page(document));
  pages->style = keep_text(style_type, std::string{page_style});
}

}  // namespace boxoffice::http
