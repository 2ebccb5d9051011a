#include "http/outgoing/outgoing_transfer.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace boxoffice::http {
namespace {

/// Before the first handle. It is never undone: handles may live as long as the process.
void start_libcurl() {
  static const auto begun = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (begun != CURLE_OK) throw std::runtime_error{"libcurl does not start"};
}

void add_line(libcurl_list& list, const std::string& line) {
  if (std::ranges::any_of(line, [](unsigned char c) { return c < ' ' || c == 0x7f; }))
    throw std::invalid_argument{"a header field must not hold control characters"};
  auto* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc{};
  static_cast<void>(list.release());  // it is the beginning of the longer one
  list.reset(longer);
}

bool is_field(std::string_view line, std::string_view header) {
  return line.size() > header.size() && line[header.size()] == ':' && line.starts_with(header);
}

// Without those that libcurl would add of its own accord.
libcurl_list header_list_of(const outgoing_request& request) {
  libcurl_list out;
  add_line(out, "Expect:");
  const bool typed = std::ranges::any_of(
      request.headers, [](const auto& line) { return is_field(line, "Content-Type"); });
  if (!typed) add_line(out, "Content-Type:");
  for (const auto& line : request.headers)
    add_line(out, line);
  return out;
}

}  // namespace

void expect_ok(CURLcode code) {
  if (code != CURLE_OK) throw no_answer{curl_easy_strerror(code)};
}
void expect_ok(CURLMcode code) {
  if (code != CURLM_OK) throw no_answer{curl_multi_strerror(code)};
}

libcurl_multi new_libcurl_multi() {
  start_libcurl();
  libcurl_multi multi{curl_multi_init()};
  if (!multi) throw std::bad_alloc{};
  return multi;
}

outgoing_transfer::outgoing_transfer(outgoing_rules rules) : rules_{std::move(rules)} {
  start_libcurl();
  easy_.reset(curl_easy_init());
  if (!easy_) throw std::bad_alloc{};
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_PROXY, "");  // nor one that the environment names
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_PATH_AS_IS, 1L);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(rules_.time_max.count()));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (!rules_.ca_file.empty()) {
    set(CURLOPT_CAINFO, rules_.ca_file.c_str());
    set<const char*>(CURLOPT_CAPATH, nullptr);  // nobody else
  }
  set(CURLOPT_ERRORBUFFER, detail_.data());
  set(CURLOPT_WRITEFUNCTION, &take_body);
  set(CURLOPT_WRITEDATA, this);
}

void outgoing_transfer::prepare(outgoing_request request) {
  answer_ = {};
  detail_[0] = '\0';
  auto headers = header_list_of(request);
  set(CURLOPT_HTTPHEADER, headers.get());
  headers_ = std::move(headers);
  request_ = std::move(request);
  set(CURLOPT_URL, request_.where.url.c_str());
  switch (request_.method) {
    case outgoing_method::get:
      set(CURLOPT_HTTPGET, 1L);
      break;
    case outgoing_method::post:
      set(CURLOPT_POST, 1L);
      set(CURLOPT_POSTFIELDS, request_.body.c_str());
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
      break;
  }
}

outgoing_answer outgoing_transfer::answer(CURLcode ended) {
  if (ended != CURLE_OK && answer_.extent == body_extent::whole) throw no_answer{why(ended)};
  answer_.status = static_cast<unsigned>(number<long>(CURLINFO_RESPONSE_CODE));
  answer_.retry_after =
      std::chrono::seconds{std::max<curl_off_t>(0, number<curl_off_t>(CURLINFO_RETRY_AFTER))};
  return std::move(answer_);
}

std::size_t outgoing_transfer::take_body(const char* bytes, std::size_t /*one*/, std::size_t count,
                                         void* self) {
  auto& in = *static_cast<outgoing_transfer*>(self);
  if (in.answer_.body.size() + count > in.rules_.body_bytes_max) {
    in.answer_.extent = body_extent::cut;
    return 0;  // ends the request
  }
  in.answer_.body.append(bytes, count);
  return count;
}

// Figures such as milliseconds stay out, so that what happens again is said in the same words.
std::string outgoing_transfer::why(CURLcode code) const {
  std::string out = curl_easy_strerror(code);
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
      if (detail_[0] != '\0') out += std::string{": "} + detail_.data();
      break;
    default:  // another library's codes
      break;
  }
  return out;
}

}  // namespace boxoffice::http
