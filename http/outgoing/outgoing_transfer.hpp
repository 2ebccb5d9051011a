#pragma once

#include "http/outgoing/outgoing.hpp"

#include <array>
#include <curl/curl.h>
#include <memory>

/// What the files of this folder share of libcurl; for nobody else.
namespace boxoffice::http {

/// These throw no_answer for what is not OK.
void expect_ok(CURLcode code);
void expect_ok(CURLMcode code);

template <class Pointer, auto Cleanup>
struct libcurl_end {
  void operator()(Pointer* handle) const { Cleanup(handle); }
};
using libcurl_easy = std::unique_ptr<CURL, libcurl_end<CURL, curl_easy_cleanup>>;
using libcurl_multi = std::unique_ptr<CURLM, libcurl_end<CURLM, curl_multi_cleanup>>;
using libcurl_list = std::unique_ptr<curl_slist, libcurl_end<curl_slist, curl_slist_free_all>>;

/// A multi handle, once libcurl has begun.
libcurl_multi new_libcurl_multi();

/// One request and its answer, for one after the other. Whoever holds it moves it by a multi
/// handle, and takes it out of that before its end.
class outgoing_transfer {
 public:
  explicit outgoing_transfer(outgoing_rules rules);
  outgoing_transfer(const outgoing_transfer&) = delete;
  outgoing_transfer& operator=(const outgoing_transfer&) = delete;

  /// Throws as outgoing_line::ask does.
  void prepare(outgoing_request request);
  [[nodiscard]] CURL* handle() const { return easy_.get(); }
  /// What came of it. Throws no_answer.
  outgoing_answer answer(CURLcode ended);

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    expect_ok(curl_easy_setopt(easy_.get(), option, value));
  }
  template <class Number>
  Number number(CURLINFO what) {
    Number value{0};
    expect_ok(curl_easy_getinfo(easy_.get(), what, &value));
    return value;
  }
  static std::size_t take_body(const char* bytes, std::size_t one, std::size_t count, void* self);
  [[nodiscard]] std::string why(CURLcode code) const;

  const outgoing_rules rules_;
  std::array<char, CURL_ERROR_SIZE> detail_{};
  outgoing_request request_;
  libcurl_list headers_;
  outgoing_answer answer_;
  libcurl_easy easy_;
};

}  // namespace boxoffice::http
