#include "http/document/problem_page.hpp"

#include "http/document/html.hpp"

#include <string_view>

namespace boxoffice::http {
namespace {

/// The words of the page itself.
struct page_words {
  std::string_view status, advice, again, not_again, other, other_name, reference;
};

page_words words_in(language which) {
  if (which == language::korean)
    return {"상태 코드",
            "해결 방법",
            "아무것도 바꾸지 않고 같은 요청을 나중에 다시 보내면 될 수 있습니다.",
            "같은 요청을 그대로 다시 보내도 달라지지 않습니다.",
            "en",
            "English",
            "API 문서"};
  return {"Status",
          "What to do",
          "The same request may succeed later although nothing in it changes.",
          "The same request will not succeed as it is.",
          "ko",
          "한국어",
          "The API"};
}

}  // namespace

std::string problem_page(problem_code code, language in) {
  const auto& kind = kind_of(code);
  const auto& words = words_of(code, in);
  const auto page = words_in(in);
  std::string body = "<body>\n<main>\n<p class=\"quiet\"><a href=\"/docs\">";
  body.append(page.reference).append("</a> · <a href=\"?lang=").append(page.other);
  body.append("\" hreflang=\"").append(page.other).append("\" lang=\"").append(page.other);
  body.append("\">").append(page.other_name).append("</a></p>\n<h1>").append(to_html(words.title));
  body.append("</h1>\n<p><code>").append(kind.name).append("</code> · ").append(page.status);
  body.append(" ").append(std::to_string(static_cast<unsigned>(kind.status)));
  body.append("</p>\n<p>").append(to_html(words.meaning)).append("</p>\n<h2>");
  body.append(page.advice).append("</h2>\n<p>").append(to_html(words.advice)).append("</p>\n<p>");
  body.append(kind.retryable ? page.again : page.not_again).append("</p>\n</main>\n</body>\n");
  return html_page(in, words.title, body);
}

json_object problem_json(problem_code code, language in) {
  const auto& kind = kind_of(code);
  const auto& words = words_of(code, in);
  return {{"code", kind.name},
          {"status", static_cast<unsigned>(kind.status)},
          {"title", words.title},
          {"retryable", kind.retryable},
          {"meaning", words.meaning},
          {"advice", words.advice},
          {"language", in == language::korean ? "ko" : "en"}};
}

}  // namespace boxoffice::http
