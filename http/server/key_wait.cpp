#include "http/server/key_wait.hpp"

#include <memory>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace boxoffice::http {

boost::asio::awaitable<void> fetched(provider_keys& keys) {
  co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
      [&keys](auto completion) {
        auto io = boost::asio::get_associated_executor(completion);
        auto done = std::make_shared<decltype(completion)>(std::move(completion));
        const auto resume = [io, done] { boost::asio::post(io, [done] { std::move (*done)(); }); };
        if (!keys.wait_for_fetch(resume)) resume();
      },
      boost::asio::use_awaitable);
}

}  // namespace boxoffice::http
