#include "http/outgoing.hpp"

#include "config/limits.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <curl/curl.h>
#include <string_view>
#include <utility>

namespace boxoffice::http {
namespace {

/// Before the first handle. It is never undone: handles may live as long as the process.
void begin_libcurl() {
  static const auto begun = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (begun != CURLE_OK) throw std::runtime_error{"libcurl does not start"};
}

void require(CURLcode code) {
  if (code != CURLE_OK) throw no_answer{curl_easy_strerror(code)};
}
void require(CURLMcode code) {
  if (code != CURLM_OK) throw no_answer{curl_multi_strerror(code)};
}

template <class Pointer, auto Cleanup>
struct cleaned {
  void operator()(Pointer* handle) const { Cleanup(handle); }
};
using easy_ptr = std::unique_ptr<CURL, cleaned<CURL, curl_easy_cleanup>>;
using multi_ptr = std::unique_ptr<CURLM, cleaned<CURLM, curl_multi_cleanup>>;
using list_ptr = std::unique_ptr<curl_slist, cleaned<curl_slist, curl_slist_free_all>>;

void append(list_ptr& list, const std::string& line) {
  if (std::ranges::any_of(line, [](unsigned char c) { return c < ' ' || c == 0x7f; }))
    throw std::invalid_argument{"a header field must not hold control characters"};
  auto* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc{};
  static_cast<void>(list.release());  // it is the beginning of the longer one
  list.reset(longer);
}

bool names(std::string_view line, std::string_view header) {
  return line.size() > header.size() && line[header.size()] == ':' && line.starts_with(header);
}

}  // namespace

/// What libcurl needs between two requests.
class outgoing_line::handles {
 public:
  explicit handles(outgoing_rules rules) : rules_{std::move(rules)} {
    begin_libcurl();
    multi_.reset(curl_multi_init());
    easy_.reset(curl_easy_init());
    if (!multi_ || !easy_) throw std::bad_alloc{};
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

  outgoing_answer ask(const outgoing_request& request) {
    answer_ = {};
    detail_[0] = '\0';
    const auto headers = headers_of(request);
    set(CURLOPT_HTTPHEADER, headers.get());
    set(CURLOPT_URL, request.where.url.c_str());
    switch (request.method) {
      case outgoing_method::get:
        set(CURLOPT_HTTPGET, 1L);
        break;
      case outgoing_method::post:
        set(CURLOPT_POST, 1L);
        set(CURLOPT_POSTFIELDS, request.body.c_str());
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        break;
    }
    const auto code = perform();
    if (code != CURLE_OK && answer_.extent == body_extent::whole) throw no_answer{why(code)};
    answer_.status = static_cast<unsigned>(number<long>(CURLINFO_RESPONSE_CODE));
    answer_.retry_after =
        std::chrono::seconds{std::max<curl_off_t>(0, number<curl_off_t>(CURLINFO_RETRY_AFTER))};
    return std::move(answer_);
  }

  void give_up() {
    gave_up_ = true;
    curl_multi_wakeup(multi_.get());
  }

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    require(curl_easy_setopt(easy_.get(), option, value));
  }
  template <class Number>
  Number number(CURLINFO what) {
    Number value{0};
    require(curl_easy_getinfo(easy_.get(), what, &value));
    return value;
  }

  // Without those that libcurl would add of its own accord.
  static list_ptr headers_of(const outgoing_request& request) {
    list_ptr out;
    append(out, "Expect:");
    const bool typed = std::ranges::any_of(
        request.headers, [](const auto& line) { return names(line, "Content-Type"); });
    if (!typed) append(out, "Content-Type:");
    for (const auto& line : request.headers)
      append(out, line);
    return out;
  }

  static std::size_t take_body(const char* bytes, std::size_t /*one*/, std::size_t count,
                               void* self) {
    auto& in = *static_cast<handles*>(self);
    if (in.answer_.body.size() + count > in.rules_.body_bytes_max) {
      in.answer_.extent = body_extent::cut;
      return 0;  // ends the request
    }
    in.answer_.body.append(bytes, count);
    return count;
  }

  CURLcode perform() {
    require(curl_multi_add_handle(multi_.get(), easy_.get()));
    const std::unique_ptr<handles, leaving> left{this};
    for (int running = 1; running > 0 && !gave_up_;) {
      require(curl_multi_perform(multi_.get(), &running));
      if (running > 0)
        require(curl_multi_poll(multi_.get(), nullptr, 0,
                                static_cast<int>(limits::outgoing_poll_time.count()), nullptr));
    }
    int others = 0;
    const auto* ended = curl_multi_info_read(multi_.get(), &others);
    return ended == nullptr ? CURLE_ABORTED_BY_CALLBACK : ended->data.result;
  }
  struct leaving {
    void operator()(handles* self) const {
      curl_multi_remove_handle(self->multi_.get(), self->easy_.get());
    }
  };

  // Figures such as milliseconds stay out, so that what happens again is said in the same words.
  [[nodiscard]] std::string why(CURLcode code) const {
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

  const outgoing_rules rules_;
  std::array<char, CURL_ERROR_SIZE> detail_{};
  outgoing_answer answer_;
  std::atomic<bool> gave_up_{false};
  multi_ptr multi_;
  easy_ptr easy_;  // ends before the multi handle that holds its connection
};

outgoing_line::outgoing_line(outgoing_rules rules)
    : handles_{std::make_unique<handles>(std::move(rules))} {}
outgoing_line::~outgoing_line() = default;

outgoing_answer outgoing_line::ask(const outgoing_request& request) {
  return handles_->ask(request);
}
void outgoing_line::give_up() { handles_->give_up(); }

}  // namespace boxoffice::http
