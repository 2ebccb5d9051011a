#include "config/address.hpp"

#include <algorithm>
#include <charconv>
#include <curl/curl.h>
#include <memory>
#include <new>

namespace boxoffice {
namespace {

using curl_text = std::unique_ptr<char, decltype(&curl_free)>;
bool is_visible(char c) { return c > ' ' && c < '\x7f'; }

address_fault fault_of(CURLUcode code) {
  switch (code) {
    case CURLUE_BAD_SCHEME:
    case CURLUE_UNSUPPORTED_SCHEME:
    case CURLUE_BAD_FILE_URL:
      return address_fault::scheme;
    case CURLUE_BAD_PORT_NUMBER:
      return address_fault::port;
    case CURLUE_NO_HOST:
      return address_fault::host;
    case CURLUE_USER_NOT_ALLOWED:
      return address_fault::user;
    default:  // another library's codes, of which newer versions have more
      return address_fault::form;
  }
}

/// One text in the hands of libcurl.
class curl_address {
 public:
  curl_address() {
    if (!url_) throw std::bad_alloc{};
  }
  std::optional<address_fault> read(const std::string& text, unsigned flags) {
    const auto code = curl_url_set(url_.get(), CURLUPART_URL, text.c_str(), flags);
    if (code == CURLUE_OUT_OF_MEMORY) throw std::bad_alloc{};
    if (code != CURLUE_OK) return fault_of(code);
    return part(CURLUPART_PORT) == "0" ? std::optional{address_fault::port} : std::nullopt;
  }
  /// Empty when the address has no such part.
  [[nodiscard]] std::optional<std::string> part(CURLUPart which, unsigned flags = 0) const {
    char* text = nullptr;
    if (curl_url_get(url_.get(), which, &text, flags) != CURLUE_OK) return std::nullopt;
    return curl_text{text, curl_free}.get();
  }

 private:
  std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url_{curl_url(), curl_url_cleanup};
};

bool has_bad_percent(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdefABCDEF";
  for (auto at = text.find('%'); at != text.npos; at = text.find('%', at + 1)) {
    const auto two = text.substr(at + 1, 2);
    if (two.size() < 2 || two.find_first_not_of(digits) != two.npos) return true;
  }
  return false;
}

std::string decoded(std::string_view text) {
  if (text.empty()) return {};
  int size = 0;
  const curl_text plain{
      curl_easy_unescape(nullptr, text.data(), static_cast<int>(text.size()), &size), curl_free};
  if (!plain) throw std::bad_alloc{};
  return {plain.get(), static_cast<std::size_t>(size)};
}

/// Calls `visit` with each part between marks.
template <class Visit>
void split(std::string_view text, char mark, Visit visit) {
  while (true) {
    const auto end = text.find(mark);
    visit(text.substr(0, end));
    if (end == text.npos) return;
    text.remove_prefix(end + 1);
  }
}

std::string without_brackets(std::string host) {
  return host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
}

}  // namespace

std::string_view to_text(address_fault fault) {
  switch (fault) {
    case address_fault::characters:
      return "must be of visible ASCII characters only";
    case address_fault::scheme:
      return "must begin with http:// or https://";
    case address_fault::host:
      return "must name a host after its scheme";
    case address_fault::user:
      return "must not hold a user or a password";
    case address_fault::fragment:
      return "must not hold a fragment (#)";
    case address_fault::port:
      return "must name a port from 1 to 65535, or none";
    case address_fault::percent:
      return "must have two hexadecimal digits behind each %";
    case address_fault::form:
      return "must be of the form http[s]://HOST[:PORT]/PATH";
  }
  return "";
}

std::variant<web_address, address_fault> parse_web_address(std::string_view text) {
  using enum address_fault;
  if (!std::ranges::all_of(text, is_visible)) return characters;
  curl_address url;
  const auto fault = url.read(std::string{text}, CURLU_DISALLOW_USER | CURLU_PATH_AS_IS);
  if (fault && *fault != port) return *fault;
  const auto named = url.part(CURLUPART_SCHEME);
  if (named && *named != "http" && *named != "https") return scheme;
  if (named) {
    // libcurl forgives a slash too few or too many.
    const auto rest = text.substr(named->size());
    if (!rest.starts_with("://")) return scheme;
    if (rest.starts_with(":///")) return host;
    if (text.find('#') != text.npos) return fragment;
  }
  if (fault) return *fault;
  web_address out{*url.part(CURLUPART_URL), *url.part(CURLUPART_PATH)};
  if (const auto query = url.part(CURLUPART_QUERY); query && !query->empty())
    out.path += '?' + *query;
  return out;
}

std::variant<server_address, address_fault> parse_server_address(std::string_view text) {
  using enum address_fault;
  if (!std::ranges::all_of(text, is_visible)) return characters;
  const auto colon = text.find("://");
  if (colon == text.npos || colon == 0) return scheme;
  if (text.find('#') != text.npos) return fragment;
  if (has_bad_percent(text)) return percent;

  // libcurl reads one host at a time, and none at all only for file://.
  const auto begin = colon + 3;
  const auto end = std::min(text.find_first_of("/?", begin), text.size());
  const auto authority = text.substr(begin, end - begin);
  const auto login = authority.substr(0, authority.rfind('@') + 1);
  const auto hosts = authority.substr(login.size());
  if (hosts.empty() && !text.substr(end).starts_with('/')) return host;
  constexpr unsigned flags = CURLU_NON_SUPPORT_SCHEME | CURLU_PATH_AS_IS;
  curl_address whole;
  server_address out;
  std::optional<address_fault> fault;
  split(hosts, ',', [&](std::string_view one) {
    if (!fault && one.empty() && !hosts.empty()) fault = host;
    if (fault) return;
    auto alone = std::string{text.substr(0, begin)}.append(login);
    alone.append(hosts.empty() ? "localhost" : one).append(text.substr(end));
    fault = whole.read(alone, flags);
    if (fault || hosts.empty()) return;
    auto name = without_brackets(*whole.part(CURLUPART_HOST));
    if (const auto zone = whole.part(CURLUPART_ZONEID)) name += '%' + *zone;
    out.hosts.push_back({std::move(name), std::nullopt});
    if (const auto number = whole.part(CURLUPART_PORT)) {
      std::uint16_t value = 0;
      std::from_chars(number->data(), number->data() + number->size(), value);
      out.hosts.back().port = value;
    }
  });
  if (fault) return *fault;
  out.scheme = *whole.part(CURLUPART_SCHEME);
  for (const auto which : {CURLUPART_USER, CURLUPART_PASSWORD}) {
    if (!whole.part(which)) continue;
    const auto plain = whole.part(which, CURLU_URLDECODE);
    if (!plain) return user;  // libcurl decodes no control characters
    (which == CURLUPART_USER ? out.user : out.password) = plain;
  }
  const auto path = whole.part(CURLUPART_PATH, CURLU_URLDECODE);
  if (!path) return characters;
  out.path = *path;
  if (const auto query = whole.part(CURLUPART_QUERY); query && !query->empty())
    split(*query, '&', [&](std::string_view one) {
      const auto equals = std::min(one.find('='), one.size());
      const auto value = one.substr(std::min(equals + 1, one.size()));
      out.query.emplace_back(decoded(one.substr(0, equals)), decoded(value));
    });
  return out;
}

bool is_origin(std::string_view text) {
  const auto read = parse_web_address(text);
  const auto* address = std::get_if<web_address>(&read);
  if (address == nullptr || address->url != std::string{text} + '/') return false;
  const bool is_lower = std::ranges::none_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
  return is_lower && !(text.starts_with("https:") && text.ends_with(":443")) &&
         !(text.starts_with("http:") && text.ends_with(":80"));
}

}  // namespace boxoffice
