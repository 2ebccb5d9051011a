#include "tests/http/scripted_peer.hpp"

#include <charconv>
#include <cstdlib>
#include <deque>
#include <list>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace boxoffice::http {
namespace {

namespace net = boost::asio;
using net::ip::tcp;

void run_openssl(const std::string& arguments) {
  const auto command = "openssl " + arguments + " >/dev/null 2>&1";
  if (std::system(command.c_str()) != 0) throw std::runtime_error{"failed: " + command};
}

const std::string new_certificate =
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 ";

std::size_t body_bytes(const std::string& head) {
  constexpr std::string_view name = "\r\nContent-Length: ";
  const auto at = head.find(name);
  std::size_t count = 0;
  if (at != std::string::npos)
    std::from_chars(head.data() + at + name.size(), head.data() + head.size(), count);
  return count;
}

}  // namespace

test_authority::test_authority() {
  auto form = (std::filesystem::temp_directory_path() / "boxoffice-ca-XXXXXX").string();
  if (::mkdtemp(form.data()) == nullptr) throw std::runtime_error{"no scratch directory"};
  directory_ = form;
  run_openssl(new_certificate + "-subj '/CN=authority of a test' -keyout " + form +
              "/ca.key -out " + file().string());
}
test_authority::~test_authority() { std::filesystem::remove_all(directory_); }

certificate test_authority::vouch_for(const std::string& name) const {
  certificate out{directory_ / "leaf.pem", directory_ / "leaf.key"};
  run_openssl(new_certificate + "-subj '/CN=a test' -addext subjectAltName=" + name +
              " -addext basicConstraints=CA:FALSE -CA " + file().string() + " -CAkey " +
              (directory_ / "ca.key").string() + " -keyout " + out.key.string() + " -out " +
              out.chain.string());
  return out;
}

const std::string scripted_peer::silence = "silence";

class scripted_peer::listener {
 public:
  listener(std::vector<std::string> script, const certificate* with)
      : script_{script.begin(), script.end()} {
    if (with != nullptr) {
      tls_.emplace(net::ssl::context::tls_server);
      tls_->use_certificate_chain_file(with->chain.string());
      tls_->use_private_key_file(with->key.string(), net::ssl::context::pem);
    }
    net::co_spawn(context_, accept(), net::detached);
    thread_ = std::thread{[this] { context_.run(); }};
  }
  ~listener() {
    context_.stop();
    thread_.join();
  }
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  [[nodiscard]] std::string origin() const {
    return (tls_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_);
  }

  mutable std::mutex lock;
  std::size_t connections{0};
  std::vector<std::string> requests;

 private:
  net::awaitable<void> accept() {
    for (;;) {
      auto socket = co_await acceptor_.async_accept(net::use_awaitable);
      {
        const std::scoped_lock hold{lock};
        ++connections;
      }
      net::co_spawn(context_, welcome(std::move(socket)), net::detached);
    }
  }

  net::awaitable<void> welcome(tcp::socket socket) {
    try {
      if (!tls_) {
        co_await serve(socket);
        co_return;
      }
      net::ssl::stream<tcp::socket> stream{std::move(socket), *tls_};
      co_await stream.async_handshake(net::ssl::stream_base::server, net::use_awaitable);
      co_await serve(stream);
    } catch (const boost::system::system_error&) {
      // The client hung up, or did not like the certificate.
    }
  }

  template <class Stream>
  net::awaitable<void> serve(Stream& stream) {
    std::string buffer;
    for (;;) {
      const auto head = co_await net::async_read_until(stream, net::dynamic_buffer(buffer),
                                                       "\r\n\r\n", net::use_awaitable);
      const auto whole = head + body_bytes(buffer.substr(0, head));
      if (buffer.size() < whole)
        co_await net::async_read(stream, net::dynamic_buffer(buffer),
                                 net::transfer_exactly(whole - buffer.size()), net::use_awaitable);
      const auto answer = next_answer(buffer.substr(0, whole));
      buffer.erase(0, whole);
      if (answer.empty()) co_return;
      if (answer == silence) continue;
      co_await net::async_write(stream, net::buffer(answer), net::use_awaitable);
      if (answer.find("Connection: close") != std::string::npos) co_return;
    }
  }

  std::string next_answer(std::string request) {
    const std::scoped_lock hold{lock};
    requests.push_back(std::move(request));
    if (script_.empty()) return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    auto answer = script_.front();
    script_.pop_front();
    return answer;
  }

  net::io_context context_{1};
  std::optional<net::ssl::context> tls_;
  tcp::acceptor acceptor_{context_, tcp::endpoint{net::ip::address_v4::loopback(), 0}};
  const std::uint16_t port_{acceptor_.local_endpoint().port()};
  std::deque<std::string> script_;
  std::thread thread_;
};

scripted_peer::scripted_peer(std::vector<std::string> script)
    : listener_{std::make_unique<listener>(std::move(script), nullptr)} {}
scripted_peer::scripted_peer(std::vector<std::string> script, const certificate& with)
    : listener_{std::make_unique<listener>(std::move(script), &with)} {}
scripted_peer::~scripted_peer() = default;

std::string scripted_peer::url(const std::string& path) const { return listener_->origin() + path; }

std::size_t scripted_peer::connections() const {
  const std::scoped_lock hold{listener_->lock};
  return listener_->connections;
}
std::vector<std::string> scripted_peer::requests() const {
  const std::scoped_lock hold{listener_->lock};
  return listener_->requests;
}

}  // namespace boxoffice::http
