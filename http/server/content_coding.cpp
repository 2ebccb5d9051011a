#include "http/server/content_coding.hpp"

#include "config/limits.hpp"
#include "http/server/gzip.hpp"
#include "http/server/octets.hpp"
#include "http/server/preferences.hpp"
#include "http/server/response_head.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice::http {
namespace {

using field = boost::beast::http::field;

constexpr std::string_view gzip_suffix = "-gzip\"";

}  // namespace

accepted_codings read_accepted_codings(const request& from) {
  std::optional<int> plain;
  std::optional<int> gzip;
  std::optional<int> others;
  for (const auto& each : from.headers) {
    if (each.id != field::accept_encoding) continue;
    each_element(each.value, [&](std::string_view element) {
      const auto coding = read_preference(element);
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
