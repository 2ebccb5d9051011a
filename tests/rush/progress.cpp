#include "tests/rush/progress.hpp"

#include <cstdio>
#include <unistd.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace boxoffice::rush {
namespace {

constexpr std::chrono::milliseconds terminal_pause{250};
constexpr std::chrono::milliseconds file_pause{3000};

void print(const crowd& of, std::chrono::milliseconds since_start, bool terminal) {
  const auto& measured = of.floor().measured();
  std::fprintf(
      stderr, "%s%6.1f s  %zu inside  %zu purchases  %zu sold out  %zu requests  %zu 5xx%s",
      terminal ? "\r\033[K" : "", static_cast<double>(since_start.count()) / 1000.0, of.inside(),
      of.floor().log().count(acknowledged::payment), measured.ends(visit_end::sold_out),
      measured.requests(), measured.server_errors(), terminal ? "" : "\n");
}

}  // namespace

boost::asio::awaitable<void> show_progress(boost::asio::io_context& on, const crowd& of) {
  const bool terminal = ::isatty(STDERR_FILENO) != 0;
  const auto began = std::chrono::steady_clock::now();
  boost::asio::steady_timer timer{on};
  boost::system::error_code ignored;
  while (!of.done()) {
    timer.expires_after(terminal ? terminal_pause : file_pause);
    co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    print(of,
          std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                began),
          terminal);
  }
}

}  // namespace boxoffice::rush
