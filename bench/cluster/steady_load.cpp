#include "bench/cluster/steady_load.hpp"

#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>

namespace boxoffice::load {
namespace {

namespace asio = boost::asio;

// A mistake of ours ends the program, and says which.
void rethrow(const std::exception_ptr& failure) {
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

steady_load::steady_load(const plan& how, operation what)
    : how_{how}, what_{std::move(what)}, client_{context_, how.gateways, how.connections} {
  asio::co_spawn(context_, arrive(), rethrow);
  thread_ = std::thread{[this] { context_.run(); }};
}

steady_load::~steady_load() { stop(); }

void steady_load::stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

asio::awaitable<void> steady_load::arrive() {
  const auto gap =
      std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>{1 / how_.rate});
  auto meant = clock::now();
  while (!stopping_ && begun_ < how_.count) {
    for (; meant <= clock::now() && begun_ < how_.count; meant += gap)
      asio::co_spawn(context_, run(begun_++, meant), rethrow);
    co_await pause_for(std::chrono::milliseconds{1});
  }
}

asio::awaitable<void> steady_load::run(std::uint64_t number, clock::time_point meant) {
  co_await what_(client_, number, meant);
}

}  // namespace boxoffice::load
