#include "http/server/gzip.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <new>
#include <utility>
#include <zlib.h>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace boxoffice::http {
namespace {

namespace asio = boost::asio;

// A seat map becomes a fifteenth of itself in 2 ms a megabyte. Level 6 takes four times as long
// for 5 to 17 % less.
constexpr int level = Z_BEST_SPEED;
// What is compressed in one go: 0.4 ms at most.
constexpr std::size_t portion_bytes = std::size_t{64} * 1024;
constexpr int window_bits = 15 + 16;  // with the header and trailer of gzip
constexpr int memory_level = 8;       // the default of zlib

class compressor {
 public:
  compressor() {
    if (deflateInit2(&state_, level, Z_DEFLATED, window_bits, memory_level, Z_DEFAULT_STRATEGY) !=
        Z_OK)
      throw std::bad_alloc{};
  }
  ~compressor() { deflateEnd(&state_); }
  compressor(const compressor&) = delete;
  compressor& operator=(const compressor&) = delete;

  enum class more : std::uint8_t { yes, no };
  void add(std::string_view portion, more follows, std::string& to) {
    // zlib reads through a pointer that is not const.
    state_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(portion.data()));  // NOLINT
    state_.avail_in = static_cast<uInt>(portion.size());
    std::array<char, 16 * 1024> made{};
    do {
      state_.next_out = reinterpret_cast<Bytef*>(made.data());
      state_.avail_out = static_cast<uInt>(made.size());
      deflate(&state_, follows == more::yes ? Z_NO_FLUSH : Z_FINISH);
      to.append(made.data(), made.size() - state_.avail_out);
    } while (state_.avail_out == 0);
  }

 private:
  z_stream state_{};
};

}  // namespace

asio::awaitable<std::string> gzip(std::string_view text) {
  compressor work;
  std::string out;
  const auto io = co_await asio::this_coro::executor;
  while (text.size() > portion_bytes) {
    work.add(text.substr(0, portion_bytes), compressor::more::yes, out);
    text.remove_prefix(portion_bytes);
    co_await asio::post(io, asio::use_awaitable);
  }
  work.add(text, compressor::more::no, out);
  co_return out;
}

asio::awaitable<std::string_view> shared_text::compressed() {
  for (;;) {
    std::unique_lock hold{lock_};
    if (phase_ == phase::made) co_return std::string_view{compressed_};
    if (phase_ == phase::unasked) {
      phase_ = phase::running;
      break;
    }
    hold.unlock();
    co_await made_by_another();
  }
  const settling end{*this};
  auto made = co_await gzip(plain_);
  const std::scoped_lock hold{lock_};
  compressed_ = std::move(made);
  phase_ = phase::made;
  co_return std::string_view{compressed_};
}

// Wakes those who wait, whether there is something for them or the next one must try.
shared_text::settling::~settling() {
  std::vector<std::unique_ptr<sleeper>> woken;
  {
    const std::scoped_lock hold{of.lock_};
    if (of.phase_ == phase::running) of.phase_ = phase::unasked;
    woken.swap(of.waiting_);
  }
  for (const auto& each : woken)
    each->wake();
}

asio::awaitable<void> shared_text::made_by_another() {
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
      [this](auto done) {
        struct waiting : sleeper {
          explicit waiting(decltype(done) whom) : whom_{std::move(whom)} {}
          void wake() override {
            auto io = asio::get_associated_executor(whom_);
            asio::post(io, std::move(whom_));
          }
          decltype(done) whom_;
        };
        auto one = std::make_unique<waiting>(std::move(done));
        const std::scoped_lock hold{lock_};
        if (phase_ == phase::running)
          waiting_.push_back(std::move(one));
        else
          one->wake();
      },
      asio::use_awaitable);
}

}  // namespace boxoffice::http
