#include "config/web_address.hpp"

#include <algorithm>
#include <curl/curl.h>
#include <memory>
#include <new>

namespace boxoffice {
namespace {

using curl_url_ptr = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

/// A part of the address; empty when it has none.
std::string part_of(const curl_url_ptr& url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, 0) != CURLUE_OK) return {};
  const std::unique_ptr<char, decltype(&curl_free)> held{text, curl_free};
  return held.get();
}

bool is_visible(char c) { return c > ' ' && c < '\x7f'; }

web_address_fault fault_of(CURLUcode code) {
  switch (code) {
    case CURLUE_BAD_SCHEME:
    case CURLUE_UNSUPPORTED_SCHEME:
    case CURLUE_BAD_FILE_URL:
      return web_address_fault::scheme;
    case CURLUE_BAD_PORT_NUMBER:
      return web_address_fault::port;
    case CURLUE_NO_HOST:
      return web_address_fault::host;
    case CURLUE_USER_NOT_ALLOWED:
      return web_address_fault::user;
    default:  // another library's codes, of which newer versions have more
      return web_address_fault::form;
  }
}

}  // namespace

std::string_view to_text(web_address_fault fault) {
  switch (fault) {
    case web_address_fault::characters:
      return "must be of visible ASCII characters only";
    case web_address_fault::scheme:
      return "must begin with http:// or https://";
    case web_address_fault::host:
      return "must name a host after its scheme";
    case web_address_fault::user:
      return "must not hold a user or a password";
    case web_address_fault::fragment:
      return "must not hold a fragment (#)";
    case web_address_fault::port:
      return "must name a port from 1 to 65535, or none";
    case web_address_fault::form:
      return "must be of the form http[s]://HOST[:PORT]/PATH";
  }
  return "";
}

web_address_result parse_web_address(std::string_view text) {
  using enum web_address_fault;
  if (!std::ranges::all_of(text, is_visible)) return characters;
  const curl_url_ptr url{curl_url(), curl_url_cleanup};
  if (!url) throw std::bad_alloc{};
  const auto code = curl_url_set(url.get(), CURLUPART_URL, std::string{text}.c_str(),
                                 CURLU_DISALLOW_USER | CURLU_PATH_AS_IS);
  if (code == CURLUE_OUT_OF_MEMORY) throw std::bad_alloc{};
  if (code != CURLUE_OK) return fault_of(code);
  const auto named = part_of(url, CURLUPART_SCHEME);
  if (named != "http" && named != "https") return scheme;
  // libcurl forgives a slash too few or too many.
  const auto rest = text.substr(named.size());
  if (!rest.starts_with("://")) return scheme;
  if (rest.starts_with(":///")) return host;
  if (text.find('#') != std::string_view::npos) return fragment;
  if (part_of(url, CURLUPART_PORT) == "0") return port;
  web_address out{part_of(url, CURLUPART_URL), part_of(url, CURLUPART_PATH)};
  if (const auto query = part_of(url, CURLUPART_QUERY); !query.empty()) out.path += '?' + query;
  return out;
}

}  // namespace boxoffice
