#include "tests/system/event_receiver.hpp"

#include <future>
#include <list>
#include <mutex>
#include <optional>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace boxoffice::system_test {
namespace {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;
using asio::ip::tcp;

}  // namespace

class event_receiver::listener {
 public:
  listener() {
    open(0);
    where_ = acceptor_->local_endpoint();
    thread_ = std::thread{[this] { context_.run(); }};
  }
  ~listener() {
    work_.reset();
    context_.stop();
    thread_.join();
  }
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  /// Runs `what` on the thread of the receiver, and waits for it.
  template <class What>
  void run(What what) {
    std::promise<void> done;
    asio::post(context_, [&] {
      what();
      done.set_value();
    });
    done.get_future().wait();
  }

  void open(unsigned short port) {
    acceptor_.emplace(context_, tcp::endpoint{asio::ip::address_v4::loopback(), port});
    asio::co_spawn(context_, accept(), asio::detached);
  }
  void close() {
    acceptor_.reset();
    for (auto& socket : sockets_)
      socket.close();
  }

  [[nodiscard]] unsigned short port() const { return where_.port(); }

  mutable std::mutex lock;
  std::vector<post> posts;
  int refusals_left{0};
  int refuse_with{500};
  std::string bad_part;
  int bad_status{422};

 private:
  asio::awaitable<void> accept() {
    try {
      for (;;) {
        auto socket = co_await acceptor_->async_accept(asio::use_awaitable);
        const auto at = sockets_.insert(sockets_.end(), std::move(socket));
        asio::co_spawn(context_, serve(at), asio::detached);
      }
    } catch (const boost::system::system_error&) {
      // The port was closed.
    }
  }

  asio::awaitable<void> serve(std::list<tcp::socket>::iterator socket) {
    try {
      boost::beast::flat_buffer buffer;
      for (;;) {
        beast_http::request<beast_http::string_body> request;
        co_await beast_http::async_read(*socket, buffer, request, asio::use_awaitable);
        beast_http::response<beast_http::string_body> answer{keep(request), 11};
        answer.prepare_payload();
        co_await beast_http::async_write(*socket, answer, asio::use_awaitable);
      }
    } catch (const boost::system::system_error&) {
      // The server hung up, or this receiver went away.
    }
    sockets_.erase(socket);
  }

  beast_http::status keep(const beast_http::request<beast_http::string_body>& request) {
    const std::scoped_lock hold{lock};
    const auto bad = !bad_part.empty() && request.body().find(bad_part) != std::string::npos;
    const int status = refusals_left > 0 ? refuse_with : bad ? bad_status : 200;
    if (refusals_left > 0) --refusals_left;
    posts.push_back({.signature = std::string{request["webhook-signature"]},
                     .signed_id = std::string{request["webhook-id"]},
                     .signed_at = std::string{request["webhook-timestamp"]},
                     .idempotency_key = std::string{request["Idempotency-Key"]},
                     .content_type = std::string{request["Content-Type"]},
                     .request_id = std::string{request["X-Request-Id"]},
                     .traceparent = std::string{request["traceparent"]},
                     .target = std::string{request.target()},
                     .body = request.body(),
                     .answered = status});
    return beast_http::int_to_status(static_cast<unsigned>(status));
  }

  asio::io_context context_{1};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_{
      context_.get_executor()};
  std::optional<tcp::acceptor> acceptor_;
  std::list<tcp::socket> sockets_;
  tcp::endpoint where_;
  std::thread thread_;
};

event_receiver::event_receiver() : listener_{std::make_unique<listener>()} {}
event_receiver::~event_receiver() = default;

void event_receiver::refuse(int count, int status) {
  const std::scoped_lock hold{listener_->lock};
  listener_->refusals_left = count;
  listener_->refuse_with = status;
}
void event_receiver::refuse_those_with(const std::string& part, int status) {
  const std::scoped_lock hold{listener_->lock};
  listener_->bad_part = part;
  listener_->bad_status = status;
}
void event_receiver::go_away() {
  listener_->run([this] { listener_->close(); });
}
void event_receiver::come_back() {
  listener_->run([this] { listener_->open(listener_->port()); });
}

std::vector<event_receiver::post> event_receiver::posts() const {
  const std::scoped_lock hold{listener_->lock};
  return listener_->posts;
}

std::vector<json> event_receiver::accepted() const {
  std::vector<json> out;
  for (const auto& each : posts())
    if (each.answered == 200) out.push_back(json::parse(each.body));
  return out;
}

std::string event_receiver::url() const {
  return "http://127.0.0.1:" + std::to_string(listener_->port()) + "/events";
}

}  // namespace boxoffice::system_test
