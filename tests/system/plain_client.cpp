#include "tests/system/plain_client.hpp"

#include "http/server/octets.hpp"
#include "tests/rush/connection_pool.hpp"

#include <chrono>
#include <optional>
#include <sstream>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace boxoffice::system_test {
namespace {

namespace beast = boost::beast;
namespace beast_http = boost::beast::http;

constexpr std::chrono::seconds answer_time_max{30};

}  // namespace

std::string plain_answer::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (http::iequals(key, name)) return value;
  return {};
}

std::string plain_answer::code() const {
  const auto all = value();
  return all.is_object() ? all.value("code", std::string{}) : std::string{};
}

std::string faults_of_problem(const plain_answer& answer, int status, const std::string& code) {
  std::ostringstream out;
  const auto all = answer.value();
  const auto expect = [&](const char* name, const json& wanted) {
    if (!all.is_object() || !all.contains(name)) {
      out << name << " is missing; ";
    } else if (all[name] != wanted) {
      out << name << " is " << all[name].dump() << ", not " << wanted.dump() << "; ";
    }
  };
  if (answer.status != status) out << "status is " << answer.status << ", not " << status << "; ";
  if (answer.header("Content-Type") != "application/problem+json")
    out << "Content-Type is " << answer.header("Content-Type") << "; ";
  expect("type", "/problems/" + code);
  expect("status", status);
  expect("code", code);
  expect("requestId", answer.header("X-Request-Id"));
  for (const char* name : {"title", "detail", "requestId"})
    if (all.is_object() && (!all.contains(name) || !all[name].is_string() || all[name] == ""))
      out << name << " says nothing; ";
  if (all.is_object() && (!all.contains("retryable") || !all["retryable"].is_boolean()))
    out << "retryable is no boolean; ";
  auto text = out.str();
  return text.empty() ? text : text + "in " + answer.body.substr(0, 500);
}

class plain_client::connection {
 public:
  explicit connection(const std::string& url) : where_{rush::parse_url(url)} {}

  plain_answer send(const plain_request& wanted) {
    if (!stream_) open();
    beast_http::request<beast_http::string_body> request;
    request.version(11);
    request.method_string(wanted.method);
    request.target(wanted.target);
    request.set(beast_http::field::host, "localhost");
    for (const auto& [name, value] : wanted.headers)
      request.insert(name, value);
    request.body() = wanted.body;
    if (!wanted.body.empty() || wanted.method == "POST" || wanted.method == "PUT")
      request.content_length(wanted.body.size());

    beast_http::response_parser<beast_http::string_body> parser;
    parser.body_limit(std::uint64_t{64} * 1024 * 1024);
    parser.skip(wanted.method == "HEAD");
    beast::flat_buffer buffer;
    beast::error_code failed;
    stream_->expires_after(answer_time_max);
    // A server that refuses what is still being sent may close before it has read everything; its
    // answer is there all the same.
    beast_http::async_write(*stream_, request, [](beast::error_code, std::size_t) {});
    beast_http::async_read(*stream_, buffer, parser,
                           [&](beast::error_code error, std::size_t) { failed = error; });
    context_.restart();
    context_.run();
    if (failed) {
      stream_.reset();
      throw boost::system::system_error{failed, wanted.method + " " + wanted.target};
    }
    const auto& got = parser.get();
    plain_answer answer{.status = static_cast<int>(got.result_int()), .body = got.body()};
    for (const auto& field : got)
      answer.headers.emplace_back(std::string{field.name_string()}, std::string{field.value()});
    if (!got.keep_alive()) stream_.reset();
    return answer;
  }

 private:
  void open() {
    stream_.emplace(context_);
    stream_->socket().connect(where_);
  }

  boost::asio::io_context context_{1};
  boost::asio::ip::tcp::endpoint where_;
  std::optional<beast::tcp_stream> stream_;
};

plain_client::plain_client(const std::string& url)
    : connection_{std::make_unique<connection>(url)} {}
plain_client::~plain_client() = default;
plain_client::plain_client(plain_client&&) noexcept = default;
plain_client& plain_client::operator=(plain_client&&) noexcept = default;
plain_answer plain_client::send(const plain_request& wanted) { return connection_->send(wanted); }

}  // namespace boxoffice::system_test
