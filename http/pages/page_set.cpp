#include "http/pages/page_set.hpp"

#include "config/web_settings.hpp"
#include "http/pages/embedded_pages.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

namespace boxoffice::http {
namespace {

struct kind_of_file {
  std::string_view ending;
  std::string_view type;
};

constexpr kind_of_file kinds[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},
};

constexpr std::string_view html_ending = ".html";
/// What a page says about signing in until it is adapted to its server.
constexpr std::string_view no_sign_in = R"(data-sign-in="none")";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '<':
        out += "&lt;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string attributes_of(const sign_in_rules& how) {
  std::string out{how.dev_tokens ? R"(data-sign-in="dev")" : no_sign_in};
  const auto add = [&](std::string_view name, std::string_view value) {
    out.append(" data-").append(name).append("=\"").append(escaped(value)).append("\"");
  };
  if (!how.at) return out;
  add("issuer", how.at->issuer);
  add("client-id", how.at->client_id);
  add("scope", how.at->scope);
  add("resource", how.at->resource);
  add("role-claim", how.at->role_claim);
  return out;
}

std::string policy_of(const sign_in_rules& how) {
  std::string asked{"'self'"};
  if (how.at) asked.append(" ").append(origin_of_issuer(how.at->issuer));
  return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src " +
         asked +
         "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
         "require-trusted-types-for 'script'; trusted-types 'none'";
}

std::string_view type_of(std::string_view name) {
  const auto* found =
      std::ranges::find_if(kinds, [&](const auto& one) { return name.ends_with(one.ending); });
  return found == std::end(kinds) ? std::string_view{} : found->type;
}

/// A name that stays in its folder, and is not hidden.
bool is_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  return !text.empty() && text.front() != '.' && std::ranges::all_of(text, fits);
}

}  // namespace

page_set::page_set(std::filesystem::path folder, sign_in_rules how)
    : folder_{std::move(folder)}, sign_in_{attributes_of(how)}, policy_{policy_of(how)} {
  if (!folder_.empty()) return;
  for (const auto& each : embedded_pages()) {
    const auto type = type_of(each.name);
    if (type.empty()) continue;
    auto& file = embedded_[std::string{each.name}];
    if (each.name.ends_with(html_ending)) {
      file = keep_text(type, adapted(each.plain));
    } else {
      file = keep_text(type, std::string{each.plain}, std::string{each.compressed});
    }
  }
}

std::string page_set::adapted(std::string_view page) const {
  std::string text{page};
  const auto at = text.find(no_sign_in);
  if (at != text.npos) text.replace(at, no_sign_in.size(), sign_in_);
  return text;
}

std::optional<kept_text> page_set::page(std::string_view name) const {
  return find(std::string{name}.append(html_ending));
}

std::optional<kept_text> page_set::asset(std::string_view version, std::string_view name) const {
  if (!is_name(name) || (is_fixed() && version != embedded_pages_version())) return std::nullopt;
  return find(std::string{"assets/"}.append(name));
}

std::optional<kept_text> page_set::find(const std::string& name) const {
  if (!is_fixed()) return read(name);
  const auto found = embedded_.find(name);
  return found == embedded_.end() ? std::nullopt : std::optional{found->second};
}

std::optional<kept_text> page_set::read(const std::string& name) const {
  const auto type = type_of(name);
  if (type.empty()) return std::nullopt;
  std::ifstream in{folder_ / name, std::ios::binary};
  if (!in) return std::nullopt;
  std::string plain{std::istreambuf_iterator<char>{in}, {}};
  return keep_text(type, name.ends_with(html_ending) ? adapted(plain) : std::move(plain));
}

}  // namespace boxoffice::http
