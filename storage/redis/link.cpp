#include "storage/redis/link.hpp"

#include "config/limits.hpp"
#include "logging/log.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <utility>

namespace boxoffice::redis {
namespace {

using kind = storage_error::kind;
using clock = std::chrono::steady_clock;

timeval as_timeval(std::chrono::milliseconds time) {
  timeval out{};
  out.tv_sec = time.count() / 1000;
  out.tv_usec = time.count() % 1000 * 1000;
  return out;
}

std::string text_of_errno() { return std::generic_category().message(errno); }

reply converted(const redisReply& from) {
  reply to;
  switch (from.type) {
    case REDIS_REPLY_INTEGER:
      to.is = reply::type::integer;
      to.integer = from.integer;
      break;
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_ERROR:
      to.is = from.type == REDIS_REPLY_ERROR ? reply::type::error : reply::type::text;
      to.text.assign(from.str, static_cast<std::size_t>(from.len));
      break;
    case REDIS_REPLY_ARRAY:
      to.is = reply::type::list;
      to.items.reserve(from.elements);
      for (std::size_t i = 0; i < from.elements; ++i)
        to.items.push_back(converted(*from.element[i]));
      break;
    default:
      break;
  }
  return to;
}

void append(std::string& bytes, const command& what) {
  bytes += '*' + std::to_string(what.size()) + "\r\n";
  for (const auto& word : what)
    bytes += '$' + std::to_string(word.size()) + "\r\n" + word + "\r\n";
}

command call_of(const script& what, std::span<const std::string> keys,
                std::span<const std::string> values) {
  command call{"EVALSHA", what.digest, std::to_string(keys.size())};
  call.insert(call.end(), keys.begin(), keys.end());
  call.insert(call.end(), values.begin(), values.end());
  return call;
}

}  // namespace

// Errors begin with a code; Redis 6 puts a text before that of a command in a script.
kind kind_of(std::string_view error) {
  if (error.starts_with("ERR Error running script"))
    if (const auto inner = error.find(" -"); inner != error.npos) error.remove_prefix(inner + 2);
  const auto begins_with = [&](const char* code) { return error.starts_with(code); };
  constexpr std::array away{"LOADING",
                            "MASTERDOWN",
                            "BUSY",
                            "TRYAGAIN",
                            "CLUSTERDOWN",
                            "NOREPLICAS",
                            "ERR max number of clients"};
  constexpr std::array closed{"NOAUTH",
                              "WRONGPASS",
                              "NOPERM",
                              "ERR invalid password",
                              "ERR AUTH",
                              "ERR Client sent AUTH",
                              "ERR DB index",
                              "ERR The user executing the script can't",
                              "ERR invalid DB index",
                              "DENIED"};
  if (std::ranges::any_of(away, begins_with)) return kind::unreachable;
  if (std::ranges::any_of(closed, begins_with)) return kind::refused;
  if (begins_with("READONLY")) return kind::read_only;
  if (begins_with("OOM") || begins_with("MISCONF")) return kind::disk_full;
  if (begins_with("WRONGTYPE")) return kind::damaged;
  return kind::other;
}

struct link::library {
  struct closing {
    void operator()(redisContext* of) const { redisFree(of); }
  };
  explicit library(redisContext* of) : context{of} {}
  std::unique_ptr<redisContext, closing> context;
};

link::link(location where) : where_{std::move(where)}, name_{public_name(where_)} {}
link::~link() = default;

void link::close() noexcept { library_.reset(); }

void link::fail(kind why, const std::string& text) {
  if (why == kind::unreachable || why == kind::read_only || why == kind::refused) close();
  throw storage_error{why, name_ + ": " + text};
}

// The text names a command or a key, never a password.
void link::fail(const reply& error) { fail(kind_of(error.text), error.text); }

// A server that went away has closed its end, or the machine in between has reset it.
bool link::peer_is_gone() const {
  char byte = 0;
  const auto read = recv(library_->context->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return read == 0 || (read < 0 && errno != EAGAIN && errno != EWOULDBLOCK) || read > 0;
}

void link::open() {
  if (library_ && !peer_is_gone()) return;
  close();
  reconnect_.attempt(
      name_, [this] { connect(); }, [this] { close(); });
}

void link::connect() {
  const auto time = as_timeval(limits::redis_connect_time);
  const auto take = [&](redisContext* made) {
    if (made == nullptr) fail(kind::unreachable, "no memory for a connection");
    library_ = std::make_unique<library>(made);
    if (made->err != 0) fail(kind::unreachable, made->errstr);
  };
  switch (where_.by) {
    case location::way::unix_socket:
      take(redisConnectUnixWithTimeout(where_.socket.c_str(), time));
      break;
    case location::way::tcp:
      take(redisConnectWithTimeout(where_.addresses[0].host.c_str(), where_.addresses[0].port,
                                   time));
      break;
    case location::way::sentinel:
      return connect_to_master();
  }
  enter();
}

// **Source** Redis documentation, "Guidelines for Redis clients with support for Sentinel": ask
// each in turn, and believe the master only.
void link::connect_to_master() {
  std::string last = "no sentinel answers";
  for (const auto& [host, port] : where_.addresses) {
    try {
      location sentinel;
      sentinel.addresses = {{host, port}};
      link asked{sentinel};
      asked.connect();
      const auto found = asked.run(command{"SENTINEL", "get-master-addr-by-name", where_.master});
      if (found.items.size() != 2) {
        last = "the sentinel " + asked.name() + " knows no master " + where_.master;
        continue;
      }
      const auto time = as_timeval(limits::redis_connect_time);
      auto* made = redisConnectWithTimeout(found.items[0].text.c_str(),
                                           std::stoi(found.items[1].text), time);
      if (made == nullptr) fail(kind::unreachable, "no memory for a connection");
      library_ = std::make_unique<library>(made);
      if (made->err != 0) fail(kind::unreachable, made->errstr);
      enter();
      const auto role = run(command{"ROLE"});
      if (role.items.empty() || role.items[0].text != "master")
        fail(kind::read_only, "the sentinel names a server that is no master");
      return;
    } catch (const storage_error& e) {
      if (e.why() == kind::refused) throw;
      last = e.what();
    }
  }
  fail(kind::unreachable, last);
}

void link::enter() {
  if (where_.by != location::way::unix_socket) redisEnableKeepAlive(library_->context.get());
  if (!where_.password.empty()) {
    command login{"AUTH"};
    if (!where_.user.empty()) login.push_back(where_.user);
    login.push_back(where_.password);
    run(login);
  }
  if (where_.database != 0) run(command{"SELECT", std::to_string(where_.database)});
}

// --- calls ------------------------------------------------------------------------------------

void link::send(const std::string& bytes, clock::time_point ends) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const auto now = ::send(library_->context->fd, bytes.data() + sent, bytes.size() - sent,
                            MSG_NOSIGNAL | MSG_DONTWAIT);
    if (now >= 0) {
      sent += static_cast<std::size_t>(now);
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) fail(kind::unreachable, text_of_errno());
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(ends - clock::now()).count();
    pollfd ready{library_->context->fd, POLLOUT, 0};
    if (left <= 0 || poll(&ready, 1, static_cast<int>(left)) == 0)
      fail(kind::unreachable, "it does not take what is sent within the time of a call");
  }
}

reply link::receive(clock::time_point ends) {
  auto* context = library_->context.get();
  while (true) {
    void* raw = nullptr;
    if (redisGetReplyFromReader(context, &raw) != REDIS_OK)
      fail(kind::unreachable, context->errstr);
    if (raw != nullptr) {
      const std::unique_ptr<redisReply, void (*)(void*)> held{static_cast<redisReply*>(raw),
                                                              &freeReplyObject};
      return converted(*held);
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(ends - clock::now()).count();
    pollfd ready{context->fd, POLLIN, 0};
    const auto found = left <= 0 ? 0 : poll(&ready, 1, static_cast<int>(left));
    if (found == 0) fail(kind::unreachable, "no answer within the time of a call");
    if (found < 0 && errno == EINTR) continue;
    if (redisBufferRead(context) != REDIS_OK) fail(kind::unreachable, context->errstr);
  }
}

// Errors among the answers are left to the caller: nothing of a later answer may stay behind.
std::vector<reply> link::exchange(std::span<const command> all) {
  if (!library_) fail(kind::unreachable, "the connection is lost");
  const auto ends = clock::now() + limits::redis_call_time;
  std::string bytes;
  for (const auto& each : all)
    append(bytes, each);
  send(bytes, ends);
  std::vector<reply> answers;
  answers.reserve(all.size());
  while (answers.size() < all.size())
    answers.push_back(receive(ends));
  return answers;
}

std::vector<reply> link::run(std::span<const command> all) {
  auto answers = exchange(all);
  for (const auto& each : answers)
    if (each.is == reply::type::error) fail(each);
  return answers;
}

reply link::run(const command& what) { return std::move(run(std::span{&what, 1}).front()); }

void link::load(script& what) { what.digest = run(command{"SCRIPT", "LOAD", what.text}).text; }

reply link::run(script& what, std::span<const std::string> keys,
                std::span<const std::string> values) {
  if (what.digest.empty()) load(what);
  for (bool again = true;; again = false) {
    const auto call = call_of(what, keys, values);
    auto answer = std::move(exchange(std::span{&call, 1}).front());
    if (answer.is != reply::type::error) return answer;
    if (!again || !answer.text.starts_with("NOSCRIPT")) fail(answer);
    load(what);  // forgotten by a restart or SCRIPT FLUSH; nothing was run
  }
}

std::vector<reply> link::run_each(script& what, std::span<const std::string> keys,
                                  std::span<const std::vector<std::string>> values) {
  load(what);
  std::vector<command> calls;
  calls.reserve(values.size());
  for (const auto& each : values)
    calls.push_back(call_of(what, keys, each));
  return run(std::span<const command>{calls});
}

}  // namespace boxoffice::redis
