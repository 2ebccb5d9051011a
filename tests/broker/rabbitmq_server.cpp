#include "tests/broker/rabbitmq_server.hpp"

#include <amqp.h>
#include <amqp_tcp_socket.h>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <variant>

namespace boxoffice::broker_test {
namespace {

constexpr amqp_channel_t channel = 1;

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

void script(const std::string& command, const std::filesystem::path& directory) {
  const auto line = std::string{"'"} + BOXOFFICE_RABBITMQ_SCRIPT + "' " + command + " '" +
                    directory.string() + "'";
  if (const auto status = std::system(line.c_str()); status != 0)
    throw std::runtime_error{"the RabbitMQ of the tests: " + command + " failed, see above"};
}

std::filesystem::path new_directory() {
  auto name = (std::filesystem::temp_directory_path() / "boxoffice-rabbitmq-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no temporary directory"};
  return name;
}

rabbitmq_location location_in(const std::filesystem::path& file) {
  const auto read = parse_rabbitmq_location(content_of(file));
  if (const auto* where = std::get_if<rabbitmq_location>(&read)) return *where;
  throw std::runtime_error{"no address in " + file.string()};
}

amqp_bytes_t bytes_of(const std::string& text) {
  return {text.size(), const_cast<char*>(text.data())};
}

std::string text_of(amqp_bytes_t from) {
  return from.len == 0 ? std::string{}
                       : std::string{static_cast<const char*>(from.bytes), from.len};
}

void expect(const amqp_rpc_reply_t& reply, const std::string& doing) {
  if (reply.reply_type != AMQP_RESPONSE_NORMAL)
    throw std::runtime_error{"the probe of RabbitMQ: " + doing + " failed"};
}

std::string reason_of(const amqp_basic_properties_t& about) {
  for (int i = 0; i < about.headers.num_entries; ++i) {
    const auto& each = about.headers.entries[i];
    if (text_of(each.key) == "reason") return text_of(each.value.value.bytes);
  }
  return {};
}

}  // namespace

// --- the server -------------------------------------------------------------------------------

rabbitmq_server& rabbitmq_server::shared() {
  static const auto* given = std::getenv("TEST_BROKERS");
  static const auto one = given != nullptr
                              ? std::unique_ptr<rabbitmq_server>{new rabbitmq_server{given}}
                              : std::make_unique<rabbitmq_server>();
  return *one;
}

rabbitmq_server::rabbitmq_server() : directory_{new_directory()}, is_own_{true} {
  try {
    start();
  } catch (const std::exception&) {
    script("stop", directory_);
    throw;
  }
}

rabbitmq_server::rabbitmq_server(std::filesystem::path directory)
    : directory_{std::move(directory)}, is_own_{false} {}

rabbitmq_server::~rabbitmq_server() {
  try {
    if (is_own_) script("stop", directory_);
  } catch (const std::exception&) {  // nothing is left to tell it to
  }
}

rabbitmq_location rabbitmq_server::location() const {
  return location_in(directory_ / "rabbitmq.url");
}

rabbitmq_location rabbitmq_server::tls_location() const {
  return location_in(directory_ / "rabbitmq.tls.url");
}

std::filesystem::path rabbitmq_server::ca_file() const {
  return directory_ / "rabbitmq" / "ca.pem";
}

void rabbitmq_server::start() const { script("start", directory_); }

// The broker keeps the names of its quorum queues in a table that it writes down seconds later, and
// one that it has forgotten it makes anew, empty and without a leader, for ever. A queue that is
// older than that is what a test means.
void rabbitmq_server::kill() const {
  eval("lists:foreach(fun dets:sync/1, dets:all()).");
  script("kill", directory_);
}

void rabbitmq_server::freeze() const { signal(SIGSTOP); }
void rabbitmq_server::thaw() const { signal(SIGCONT); }

void rabbitmq_server::signal(int number) const {
  const auto leader = std::stoi(content_of(directory_ / "rabbitmq.pid"));
  if (::kill(-leader, number) != 0) throw std::runtime_error{"RabbitMQ does not run"};
}

std::string rabbitmq_server::eval(const std::string& erlang) const {
  const auto line = "echo '" + erlang + "' | '" + BOXOFFICE_RABBITMQ_SCRIPT + "' eval '" +
                    directory_.string() + "' 2>&1";
  const std::unique_ptr<FILE, int (*)(FILE*)> said{popen(line.c_str(), "r"), &pclose};
  std::string text;
  std::array<char, 4096> piece{};
  while (const auto size = fread(piece.data(), 1, piece.size(), said.get()))
    text.append(piece.data(), size);
  if (!text.starts_with("{ok")) throw std::runtime_error{"in RabbitMQ, " + erlang + ": " + text};
  return text;
}

std::string fresh_exchange() {
  static std::atomic<int> count{0};
  return "t" + std::to_string(getpid()) + "_" + std::to_string(++count);
}

// --- a port -----------------------------------------------------------------------------------

silent_port::silent_port() : listener_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, any, size) != 0 || listen(listener_, 50) != 0 ||
      getsockname(listener_, any, &size) != 0)
    throw std::runtime_error{"no port"};
  number_ = ntohs(address.sin_port);
}

silent_port::~silent_port() { close(listener_); }

int silent_port::turn_away(std::chrono::milliseconds time) const {
  const auto ends = std::chrono::steady_clock::now() + time;
  for (int count = 0;; ++count) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(ends - std::chrono::steady_clock::now());
    pollfd ready{listener_, POLLIN, 0};
    if (left.count() <= 0 || poll(&ready, 1, static_cast<int>(left.count())) != 1) return count;
    close(accept(listener_, nullptr, nullptr));
  }
}

// --- the probe --------------------------------------------------------------------------------

struct rabbitmq_probe::library {
  amqp_connection_state_t state{amqp_new_connection()};
  library() = default;
  ~library() { amqp_destroy_connection(state); }
  library(const library&) = delete;
  library& operator=(const library&) = delete;

  void expect_done(const std::string& doing) {
    expect(amqp_get_rpc_reply(state), doing);
    amqp_maybe_release_buffers(state);
  }
};

rabbitmq_probe::rabbitmq_probe(const rabbitmq_location& where)
    : library_{std::make_unique<library>()} {
  auto* const socket = amqp_tcp_socket_new(library_->state);
  if (amqp_socket_open(socket, where.host.c_str(), where.port) != AMQP_STATUS_OK)
    throw std::runtime_error{"the probe of RabbitMQ: no connection"};
  expect(amqp_login(library_->state, where.vhost.c_str(), 0, AMQP_DEFAULT_FRAME_SIZE, 0,
                    AMQP_SASL_METHOD_PLAIN, where.user.c_str(), where.password.c_str()),
         "login");
  amqp_channel_open(library_->state, channel);
  library_->expect_done("a channel");
}

rabbitmq_probe::~rabbitmq_probe() = default;

void rabbitmq_probe::make_queue(const std::string& queue, const std::string& exchange,
                                const std::string& key, lasting how) {
  const amqp_boolean_t durable = how == lasting::durable ? 1 : 0;
  amqp_exchange_declare(library_->state, channel, bytes_of(exchange), bytes_of("topic"), 0, 1, 0, 0,
                        amqp_empty_table);
  library_->expect_done("exchange");
  amqp_table_entry_t quorum{amqp_cstring_bytes("x-queue-type"), {AMQP_FIELD_KIND_UTF8, {}}};
  quorum.value.value.bytes = amqp_cstring_bytes("quorum");
  amqp_queue_declare(library_->state, channel, bytes_of(queue), 0, durable, 1 - durable,
                     1 - durable, durable != 0 ? amqp_table_t{1, &quorum} : amqp_empty_table);
  library_->expect_done("queue");
  amqp_queue_bind(library_->state, channel, bytes_of(queue), bytes_of(exchange), bytes_of(key),
                  amqp_empty_table);
  library_->expect_done("bind");
}

std::optional<rabbitmq_probe::message> rabbitmq_probe::take(const std::string& queue) {
  const auto reply = amqp_basic_get(library_->state, channel, bytes_of(queue), 1);
  expect(reply, "get");
  if (reply.reply.id == AMQP_BASIC_GET_EMPTY_METHOD) return std::nullopt;
  message out;
  out.routing_key =
      text_of(static_cast<const amqp_basic_get_ok_t*>(reply.reply.decoded)->routing_key);
  amqp_message_t got;
  expect(amqp_read_message(library_->state, channel, &got, 0), "read");
  const auto& about = got.properties;
  out.body = text_of(got.body);
  out.id = text_of(about.message_id);
  out.type = text_of(about.type);
  out.content_type = text_of(about.content_type);
  out.reason = reason_of(about);
  out.delivery_mode = about.delivery_mode;
  amqp_destroy_message(&got);
  amqp_maybe_release_buffers(library_->state);
  return out;
}

std::optional<std::size_t> rabbitmq_probe::count(const std::string& queue) {
  const auto* there =
      amqp_queue_declare(library_->state, channel, bytes_of(queue), 1, 0, 0, 0, amqp_empty_table);
  if (there == nullptr) return std::nullopt;
  return there->message_count;
}

void rabbitmq_probe::remove_queue(const std::string& queue) {
  amqp_queue_delete(library_->state, channel, bytes_of(queue), 0, 0);
  library_->expect_done("queue.delete");
}

void rabbitmq_probe::remove_exchange(const std::string& exchange) {
  amqp_exchange_delete(library_->state, channel, bytes_of(exchange), 0);
  library_->expect_done("exchange.delete");
}

}  // namespace boxoffice::broker_test
