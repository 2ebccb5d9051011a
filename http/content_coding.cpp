#include "http/content_coding.hpp"

#include "config/limits.hpp"
#include "http/gzip.hpp"
#include "http/octets.hpp"
#include "http/response_head.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice::http {
namespace {

using field = boost::beast::http::field;

constexpr std::string_view gzip_suffix = "-gzip\"";

// Calls `visit` with each element of a list, without blanks around it; empty ones are none.
// **Source**: RFC 9110, 5.6.1.
template <class Visit>
void each_element(std::string_view list, Visit visit) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    if (const auto one = trimmed(list.substr(0, comma)); !one.empty()) visit(one);
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
  }
}

// A weight in thousandths; empty when it is malformed. **Source**: RFC 9110, 12.4.2.
std::optional<int> read_weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  int value = (text[0] - '0') * 1000;
  int place = 100;
  for (const char digit : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (digit < '0' || digit > '9') return std::nullopt;
    value += (digit - '0') * place;
    place /= 10;
  }
  return value <= 1000 ? std::optional{value} : std::nullopt;
}

struct weighed_coding {
  std::string_view name;
  int weight{1000};
};

std::optional<weighed_coding> read_coding(std::string_view element) {
  const auto semicolon = element.find(';');
  weighed_coding out{trimmed(element.substr(0, semicolon))};
  if (!std::ranges::all_of(out.name, is_token_char)) return std::nullopt;
  if (semicolon == std::string_view::npos) return out;
  const auto parameter = trimmed(element.substr(semicolon + 1));
  if (!iequals(parameter.substr(0, 2), "q=")) return std::nullopt;
  const auto weight = read_weight(parameter.substr(2));
  if (!weight) return std::nullopt;
  out.weight = *weight;
  return out;
}

}  // namespace

accepted_codings read_accepted_codings(const request& from) {
  std::optional<int> plain;
  std::optional<int> gzip;
  std::optional<int> others;
  for (const auto& each : from.headers) {
    if (each.id != field::accept_encoding) continue;
    each_element(each.value, [&](std::string_view element) {
      const auto coding = read_coding(element);
      if (!coding) return;
      if (iequals(coding->name, "gzip") || iequals(coding->name, "x-gzip")) gzip = coding->weight;
      if (iequals(coding->name, "identity")) plain = coding->weight;
      if (coding->name == "*") others = coding->weight;
    });
  }
  const auto gzip_weight = gzip.value_or(others.value_or(0));
  // A plain answer that is not named is taken, and liked least.
  const auto plain_weight = plain.value_or(others.value_or(0));
  const bool takes_plain = plain_weight > 0 || (!plain && !others);
  return {.plain = takes_plain,
          .gzip = gzip_weight > 0,
          .gzip_first = gzip_weight > 0 && gzip_weight >= plain_weight};
}

std::optional<std::string> matching_tag(const request& from, std::string_view tag) {
  auto compressed = std::string{tag.substr(0, tag.size() - 1)}.append(gzip_suffix);
  bool knows_plain = false;
  bool knows_gzip = false;
  for (const auto& each : from.headers) {
    if (each.id != field::if_none_match) continue;
    each_element(each.value, [&](std::string_view one) {
      if (one.starts_with("W/")) one.remove_prefix(2);
      knows_gzip = knows_gzip || (from.codings.gzip && one == compressed);
      knows_plain = knows_plain || (from.codings.plain && (one == tag || one == "*"));
    });
  }
  if (knows_gzip && (from.codings.gzip_first || !knows_plain)) return compressed;
  if (knows_plain) return std::string{tag};
  return std::nullopt;
}

form choose_form(response& answer, const request& from) {
  const bool reads = from.method == verb::get || from.method == verb::head;
  if (!reads || answer.pieces) return form::plain;
  const auto size = is_bodiless(answer.status) ? 0 : answer.text().size();
  const bool pays = size >= limits::http_gzip_bytes_min;
  const bool must = size > 0 && !from.codings.plain && from.codings.gzip;
  if (pays || must || answer.status == status::not_modified) answer.with("Vary", "Accept-Encoding");
  return must || (pays && from.codings.gzip_first) ? form::gzip : form::plain;
}

boost::asio::awaitable<void> compress(response& answer) {
  if (answer.shared_body) {
    answer.compressed = co_await answer.shared_body->compressed();
  } else {
    answer.body = co_await gzip(answer.body);
  }
  answer.with("Content-Encoding", "gzip");
  for (auto& [name, value] : answer.headers)
    if (name == "ETag" && value.ends_with('"')) value.replace(value.size() - 1, 1, gzip_suffix);
}

}  // namespace boxoffice::http
