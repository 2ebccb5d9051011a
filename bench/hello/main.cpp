// boxoffice-hello: the least that Beast does for a request over keep-alive: read it, answer it.
// What any server on Beast can at most do on this machine.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

namespace boxoffice::hello {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

asio::awaitable<void> answer_all(tcp::socket socket) {
  boost::beast::flat_buffer buffer;
  boost::system::error_code failed;
  http::response<http::string_body> answer{http::status::ok, 11};
  answer.set(http::field::content_type, "application/json");
  answer.body() = R"({"hello":"world"})";
  answer.prepare_payload();
  for (;;) {
    http::request<http::string_body> asked;
    co_await http::async_read(socket, buffer, asked,
                              asio::redirect_error(asio::use_awaitable, failed));
    if (failed) co_return;
    co_await http::async_write(socket, answer, asio::redirect_error(asio::use_awaitable, failed));
    if (failed || !asked.keep_alive()) co_return;
  }
}

asio::awaitable<void> accept_all(tcp::acceptor& acceptor) {
  for (;;) {
    auto socket = co_await acceptor.async_accept(asio::use_awaitable);
    socket.set_option(tcp::no_delay{true});
    asio::co_spawn(acceptor.get_executor(), answer_all(std::move(socket)), asio::detached);
  }
}

int run(int threads) {
  asio::io_context io{threads};
  tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
  asio::co_spawn(io, accept_all(acceptor), asio::detached);
  std::cout << "boxoffice-hello ready on http://127.0.0.1:" << acceptor.local_endpoint().port()
            << std::endl;
  std::vector<std::thread> others;
  for (int i = 1; i < threads; ++i)
    others.emplace_back([&] { io.run(); });
  io.run();
  for (auto& each : others)
    each.join();
  return 0;
}

}  // namespace
}  // namespace boxoffice::hello

int main(int argc, char** argv) {
  try {
    return boxoffice::hello::run(argc > 1 ? std::max(1, std::atoi(argv[1])) : 1);
  } catch (const std::exception& e) {
    std::cerr << "boxoffice-hello: " << e.what() << '\n';
    return 1;
  }
}
