#include "http/server/kept_text.hpp"

#include "http/server/content_coding.hpp"
#include "http/server/json_text.hpp"
#include "http/server/octets.hpp"

#include <optional>
#include <utility>

namespace boxoffice::http {
namespace {

std::string tag_of(std::string_view content) {
  std::string tag{'"'};
  append_padded_hex(tag, digest_of_parts({std::string{content}}).high);
  tag.push_back('"');
  return tag;
}

}  // namespace

kept_text keep_text(std::string_view type, std::string plain) {
  auto tag = tag_of(plain);
  return {type, std::make_shared<shared_text>(std::move(plain)), std::move(tag)};
}

kept_text keep_text(std::string_view type, std::string plain, std::string compressed) {
  auto tag = tag_of(plain);
  return {type, std::make_shared<shared_text>(std::move(plain), std::move(compressed)),
          std::move(tag)};
}

response answer_with(const kept_text& kept, const request& from, const char* caching) {
  auto known = matching_tag(from, kept.tag);
  auto answer = known ? response{status::not_modified} : response{status::ok, kept.type, kept.text};
  return std::move(answer)
      .with("ETag", known ? std::move(*known) : kept.tag)
      .with("Cache-Control", caching);
}

response as_page(response answer, std::string policy) {
  return std::move(answer)
      .with("Content-Security-Policy", std::move(policy))
      .with("X-Content-Type-Options", "nosniff")
      .with("Referrer-Policy", "no-referrer");
}

}  // namespace boxoffice::http
