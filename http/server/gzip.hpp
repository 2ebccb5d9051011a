#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace boxoffice::http {

/// `text` in the format of RFC 1952. Works in portions of less than a millisecond, between which
/// its executor does what others want. **Requires** `text` to live until it is done.
/// **Faults** std::bad_alloc.
boost::asio::awaitable<std::string> gzip(std::string_view text);

/// A text that many answers share. Its compressed form is made when the first reader asks for it;
/// whoever asks meanwhile waits, and gets the same. **Thread**: any.
class shared_text {
 public:
  explicit shared_text(std::string plain) : plain_{std::move(plain)} {}
  /// With its compressed form, which somebody has made before.
  shared_text(std::string plain, std::string compressed)
      : plain_{std::move(plain)}, phase_{phase::made}, compressed_{std::move(compressed)} {}
  shared_text(const shared_text&) = delete;
  shared_text& operator=(const shared_text&) = delete;

  [[nodiscard]] const std::string& plain() const { return plain_; }
  /// **Requires** a shared owner of this until it returns.
  boost::asio::awaitable<std::string_view> compressed();

 private:
  enum class phase : std::uint8_t { unasked, running, made };
  struct sleeper {
    virtual ~sleeper() = default;
    virtual void wake() = 0;
  };
  struct settling {
    shared_text& of;
    ~settling();
  };
  boost::asio::awaitable<void> made_by_another();

  const std::string plain_;
  std::mutex lock_;  // guards what follows, but a compressed form that is made
  phase phase_{phase::unasked};
  std::string compressed_;
  std::vector<std::unique_ptr<sleeper>> waiting_;
};

}  // namespace boxoffice::http
