#include "storage/broker/rabbitmq/connection.hpp"

#include "actors/bus/event_record.hpp"
#include "config/limits.hpp"
#include "storage/broker/rabbitmq/error.hpp"
#include "storage/broker/rabbitmq/tls.hpp"

#include <algorithm>
#include <amqp.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <array>
#include <poll.h>
#include <utility>

namespace boxoffice::broker {
namespace {

using clock = std::chrono::steady_clock;
using std::chrono_literals::operator""ms;

/// For a TCP connection to one address; with TLS for that and the handshake.
constexpr auto open_time_max = 3000ms;
/// For a last word to the broker, so that it need not call us a lost client.
constexpr auto farewell_time_max = 300ms;
/// The library's own default: what the broker proposes too.
constexpr int frame_bytes_max = 131'072;
constexpr int channels_max = 16;
/// A header must fit into a frame, and an operator wants a sentence.
constexpr std::size_t reason_bytes_max = 4096;
/// RabbitMQ 4 throws an event away that was delivered 20 times, unless it is told otherwise.
constexpr std::int32_t deliveries_max = 1'000'000'000;

constexpr amqp_boolean_t yes = 1;
constexpr amqp_boolean_t no = 0;

timeval as_timeval(std::chrono::milliseconds time) {
  timeval out{};
  out.tv_sec = time.count() / 1000;
  out.tv_usec = time.count() % 1000 * 1000;
  return out;
}

/// The library only reads what it is given.
amqp_bytes_t bytes_of(std::string_view text) {
  return {text.size(), const_cast<char*>(text.data())};
}

amqp_table_entry_t entry(std::string_view key, std::string_view text) {
  amqp_table_entry_t made{bytes_of(key), {AMQP_FIELD_KIND_UTF8, {}}};
  made.value.value.bytes = bytes_of(text);
  return made;
}

amqp_table_entry_t entry_that_is_so(std::string_view key) {
  amqp_table_entry_t made{bytes_of(key), {AMQP_FIELD_KIND_BOOLEAN, {}}};
  made.value.value.boolean = yes;
  return made;
}

amqp_table_entry_t entry(std::string_view key, std::int32_t number) {
  amqp_table_entry_t made{bytes_of(key), {AMQP_FIELD_KIND_I32, {}}};
  made.value.value.i32 = number;
  return made;
}

template <std::size_t Count>
amqp_table_t table_of(std::array<amqp_table_entry_t, Count>& entries, std::size_t used = Count) {
  return {static_cast<int>(used), entries.data()};
}

amqp_channel_t number_of(rabbitmq_channel which) { return static_cast<amqp_channel_t>(which); }

}  // namespace

struct rabbitmq_connection::library {
  struct destroying {
    void operator()(amqp_connection_state_t of) const { amqp_destroy_connection(of); }
  };
  std::unique_ptr<rabbitmq_tls> tls;  ///< the socket refers to it
  std::unique_ptr<amqp_connection_state_t_, destroying> state{amqp_new_connection()};
};

rabbitmq_connection::rabbitmq_connection(rabbitmq_place place, std::string purpose,
                                         rabbitmq_interrupt& with)
    : place_{std::move(place)},
      purpose_{std::move(purpose)},
      name_{"rabbitmq " + place_.where.host + ":" + std::to_string(place_.where.port)},
      interrupt_{with} {}

rabbitmq_connection::~rabbitmq_connection() { close(); }

// --- errors -----------------------------------------------------------------------------------

void rabbitmq_connection::lose(const std::string& text) const {
  throw rabbitmq_error{rabbitmq_error::kind::unreachable, name_ + ": " + text};
}

// The broker's own words, which quote no password.
void rabbitmq_connection::refuse(const amqp_method_t& method, const std::string& doing) const {
  const auto fail = [&](rabbitmq_error::kind why, amqp_bytes_t text, int code) {
    throw rabbitmq_error{why, name_ + ": " + doing + ": " + text_of(text), code};
  };
  if (method.id == AMQP_CONNECTION_CLOSE_METHOD) {
    const auto& said = *static_cast<const amqp_connection_close_t*>(method.decoded);
    fail(rabbitmq_error::kind::refused, said.reply_text, said.reply_code);
  }
  if (method.id == AMQP_CHANNEL_CLOSE_METHOD) {
    const auto& said = *static_cast<const amqp_channel_close_t*>(method.decoded);
    fail(rabbitmq_error::kind::channel_closed, said.reply_text, said.reply_code);
  }
  lose(doing + ": an answer that was not expected");
}

void rabbitmq_connection::expect(const amqp_rpc_reply_t& reply, const std::string& doing) {
  switch (reply.reply_type) {
    case AMQP_RESPONSE_NORMAL:
      return;
    case AMQP_RESPONSE_NONE:
    case AMQP_RESPONSE_LIBRARY_EXCEPTION:
      lose(doing + ": " + amqp_error_string2(reply.library_error));
    case AMQP_RESPONSE_SERVER_EXCEPTION:
      refuse(reply.reply, doing);
  }
}

void rabbitmq_connection::expect_done(const std::string& doing) {
  expect(amqp_get_rpc_reply(library_->state.get()), doing);
  amqp_maybe_release_buffers(library_->state.get());
}

void rabbitmq_connection::expect_sent(int status, const std::string& doing) {
  if (status != AMQP_STATUS_OK) lose(doing + ": " + amqp_error_string2(status));
}

// --- life -------------------------------------------------------------------------------------

void rabbitmq_connection::open() {
  close();
  library_ = std::make_unique<library>();
  try {
    reach();
  } catch (const rabbitmq_error& e) {
    lose(e.what());
  }
  log_in();
}

// Its errors have no name yet.
void rabbitmq_connection::reach() {
  const auto fail = [](const std::string& text) {
    throw rabbitmq_error{rabbitmq_error::kind::unreachable, text};
  };
  auto* const state = library_->state.get();
  const auto& where = place_.where;
  const bool is_plain = where.over == rabbitmq_location::transport::plain;
  descriptor made;
  if (is_plain) made = connect_tcp(where.host, where.port, open_time_max, interrupt_);
  if (state == nullptr) fail("no memory for a connection");
  auto* const socket = is_plain ? amqp_tcp_socket_new(state) : amqp_ssl_socket_new(state);
  if (socket == nullptr) fail("no memory for a connection");
  if (is_plain) {
    interrupt_.hold(made.number());
    return amqp_tcp_socket_set_sockfd(socket, made.release());
  }
  library_->tls = std::make_unique<rabbitmq_tls>(socket, place_, interrupt_);
  const auto patience = as_timeval(open_time_max);
  const auto status = amqp_socket_open_noblock(socket, where.host.c_str(), where.port, &patience);
  if (status == AMQP_STATUS_OK) return;
  const auto& fault = library_->tls->fault();
  fail(amqp_error_string2(status) + (fault.empty() ? fault : ": " + fault));
}

void rabbitmq_connection::log_in() {
  auto* const state = library_->state.get();
  const auto patience = as_timeval(limits::bus_answer_time_max);
  amqp_set_handshake_timeout(state, &patience);
  amqp_set_rpc_timeout(state, &patience);
  std::array able{entry_that_is_so("connection.blocked"), entry_that_is_so("publisher_confirms"),
                  entry_that_is_so("basic.nack"), entry_that_is_so("consumer_cancel_notify")};
  std::array about{entry("connection_name", purpose_), entry("product", "boxoffice"),
                   amqp_table_entry_t{bytes_of("capabilities"), {AMQP_FIELD_KIND_TABLE, {}}}};
  about[2].value.value.table = table_of(able);
  const auto properties = table_of(about);
  const auto& where = place_.where;
  expect(amqp_login_with_properties(state, where.vhost.c_str(), channels_max, frame_bytes_max,
                                    static_cast<int>(place_.heartbeat.count()), &properties,
                                    AMQP_SASL_METHOD_PLAIN, where.user.c_str(),
                                    where.password.c_str()),
         "login");
}

void rabbitmq_connection::close() noexcept {
  interrupt_.release();
  library_.reset();
  assembler_ = {};
  blocked_.reset();
}

void rabbitmq_connection::end() noexcept {
  if (library_) {
    const auto patience = as_timeval(farewell_time_max);
    amqp_set_rpc_timeout(library_->state.get(), &patience);
    amqp_connection_close(library_->state.get(), AMQP_REPLY_SUCCESS);
  }
  close();
}

// --- calls ------------------------------------------------------------------------------------

void rabbitmq_connection::open_channel(rabbitmq_channel which) {
  amqp_channel_open(library_->state.get(), number_of(which));
  expect_done("a channel");
}

void rabbitmq_connection::confirm_on(rabbitmq_channel which) {
  amqp_confirm_select(library_->state.get(), number_of(which));
  expect_done("confirms");
}

void rabbitmq_connection::make_exchange(rabbitmq_channel on) {
  amqp_exchange_declare(library_->state.get(), number_of(on), bytes_of(place_.exchange),
                        bytes_of("topic"), no, yes, no, no, amqp_empty_table);
  expect_done("exchange " + place_.exchange);
}

void rabbitmq_connection::make_queue(rabbitmq_channel on, const std::string& queue) {
  std::array how{entry("x-queue-type", "quorum"), entry("x-delivery-limit", deliveries_max),
                 entry_that_is_so("x-single-active-consumer")};
  amqp_queue_declare(library_->state.get(), number_of(on), bytes_of(queue), no, yes, no, no,
                     table_of(how));
  expect_done("queue " + queue);
}

void rabbitmq_connection::make_stream(rabbitmq_channel on, const std::string& stream) {
  std::array how{entry("x-queue-type", "stream")};
  amqp_queue_declare(library_->state.get(), number_of(on), bytes_of(stream), no, yes, no, no,
                     table_of(how));
  expect_done("stream " + stream);
}

void rabbitmq_connection::bind(rabbitmq_channel on, const std::string& queue,
                               const std::string& pattern) {
  amqp_queue_bind(library_->state.get(), number_of(on), bytes_of(queue), bytes_of(place_.exchange),
                  bytes_of(pattern), amqp_empty_table);
  expect_done("queue " + queue);
}

void rabbitmq_connection::consume(rabbitmq_channel on, const std::string& queue,
                                  std::uint16_t unacknowledged) {
  amqp_basic_qos(library_->state.get(), number_of(on), 0, unacknowledged, no);
  expect_done("the bound of events under way");
  amqp_basic_consume(library_->state.get(), number_of(on), bytes_of(queue), amqp_empty_bytes, no,
                     no, no, amqp_empty_table);
  expect_done("queue " + queue);
}

void rabbitmq_connection::consume_stream(rabbitmq_channel on, const std::string& stream,
                                         std::uint16_t unacknowledged) {
  amqp_basic_qos(library_->state.get(), number_of(on), 0, unacknowledged, no);
  expect_done("the bound of events under way");
  std::array from{entry("x-stream-offset", "first")};
  amqp_basic_consume(library_->state.get(), number_of(on), bytes_of(stream), amqp_empty_bytes, no,
                     no, no, table_of(from));
  expect_done("stream " + stream);
}

// --- messages ---------------------------------------------------------------------------------

void rabbitmq_connection::publish(rabbitmq_channel on, const rabbitmq_message& what) {
  std::array header{entry("reason", what.reason.substr(0, reason_bytes_max))};
  amqp_basic_properties_t about{};
  about._flags =
      AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG;
  about.content_type = bytes_of(event_content_type);
  about.delivery_mode = AMQP_DELIVERY_PERSISTENT;
  about.message_id = bytes_of(what.id);
  if (!what.type.empty()) {
    about._flags |= AMQP_BASIC_TYPE_FLAG;
    about.type = bytes_of(what.type);
  }
  if (!what.reason.empty()) {
    about._flags |= AMQP_BASIC_HEADERS_FLAG;
    about.headers = table_of(header);
  }
  expect_sent(amqp_basic_publish(library_->state.get(), number_of(on), bytes_of(what.exchange),
                                 bytes_of(what.routing_key), yes, no, &about, bytes_of(what.body)),
              "publishing");
}

void rabbitmq_connection::acknowledge_all_up_to(rabbitmq_channel on, std::uint64_t tag) {
  expect_sent(amqp_basic_ack(library_->state.get(), number_of(on), tag, yes), "acknowledging");
}

std::optional<rabbitmq_incoming> rabbitmq_connection::next() {
  auto* const state = library_->state.get();
  constexpr timeval at_once{};
  while (true) {
    amqp_maybe_release_buffers(state);  // what came before is copied
    amqp_frame_t frame;
    const auto status = amqp_simple_wait_frame_noblock(state, &frame, &at_once);
    if (status == AMQP_STATUS_TIMEOUT) return std::nullopt;
    if (status != AMQP_STATUS_OK) lose(amqp_error_string2(status));
    obey(frame);
    if (auto whole = assembler_.take(frame)) return whole;
  }
}

// What the broker says of the connection or of a whole channel.
void rabbitmq_connection::obey(const amqp_frame_t& frame) {
  if (frame.frame_type != AMQP_FRAME_METHOD) return;
  const auto& method = frame.payload.method;
  switch (method.id) {
    case AMQP_CONNECTION_CLOSE_METHOD: {
      amqp_connection_close_ok_t ok{};
      amqp_send_method(library_->state.get(), frame.channel, AMQP_CONNECTION_CLOSE_OK_METHOD, &ok);
      refuse(method, "closed");
    }
    case AMQP_CHANNEL_CLOSE_METHOD:
      refuse(method, "closed");
    case AMQP_CONNECTION_BLOCKED_METHOD:
      blocked_ = text_of(static_cast<const amqp_connection_blocked_t*>(method.decoded)->reason);
      break;
    case AMQP_CONNECTION_UNBLOCKED_METHOD:
      blocked_.reset();
      break;
    default:
      break;
  }
}

rabbitmq_connection::wait_result rabbitmq_connection::wait(wish what, time_point until) {
  int socket = -1;
  if (library_) {
    auto* const state = library_->state.get();
    if (amqp_frames_enqueued(state) != no || amqp_data_in_buffer(state) != no)
      return wait_result::nothing;
    socket = amqp_get_sockfd(state);
    const std::chrono::milliseconds beat = std::max(place_.heartbeat, std::chrono::seconds{1});
    until = std::min(until, clock::now() + beat / 4);
  }
  const auto sending = what == wish::to_send_too ? POLLIN | POLLOUT : POLLIN;
  const auto ready = interrupt_.wait(socket, static_cast<short>(sending), until);
  return ready == POLLOUT ? wait_result::can_send : wait_result::nothing;
}

}  // namespace boxoffice::broker
