#include "storage/broker/rabbitmq/parked_stream.hpp"

#include "config/limits.hpp"
#include "storage/broker/rabbitmq/connection.hpp"
#include "storage/broker/rabbitmq/error.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace boxoffice::broker {
namespace {

using clock = std::chrono::steady_clock;

constexpr auto channel = rabbitmq_channel::parking;
/// Records on their way; acknowledged a half at a time.
constexpr std::uint16_t under_way_max = 512;

/// Neither an event nor the id of one begins so.
constexpr std::string_view mark_text = "read up to here: ";

std::string unique_mark() {
  static std::atomic<std::uint64_t> count{0};
  return std::string{mark_text} + std::to_string(getpid()) + ' ' +
         std::to_string(std::chrono::steady_clock::now().time_since_epoch().count()) + ' ' +
         std::to_string(++count);
}

}  // namespace

event_source::parked_records read_parked_stream(const rabbitmq_place& place,
                                                const std::string& stream,
                                                const rabbitmq_interrupt& owner) {
  rabbitmq_interrupt own;
  rabbitmq_connection connection{place, "boxoffice " + stream, own};
  connection.open();
  connection.open_channel(channel);
  connection.make_stream(channel, stream);
  const auto end = unique_mark();
  connection.publish(channel, {{}, stream, {}, end});
  connection.consume_stream(channel, stream, under_way_max);
  event_source::parked_records out;
  bool at_end = false;
  auto until = clock::now() + limits::bus_answer_time_max;
  while (!at_end) {
    if (owner.stopped() || clock::now() > until)
      throw rabbitmq_error{rabbitmq_error::kind::unreachable,
                           connection.name() + ": " + stream + " is not read to its end in time"};
    while (auto said = connection.next()) {
      auto* one = std::get_if<rabbitmq_delivery>(&*said);
      if (one == nullptr) continue;
      if (one->tag % (under_way_max / 2) == 0) connection.acknowledge_all_up_to(channel, one->tag);
      at_end = at_end || one->body == end;
      if (!one->body.starts_with(mark_text))
        out.push_back({std::move(one->body), std::move(one->reason)});
      until = clock::now() + limits::bus_answer_time_max;
    }
    if (!at_end)
      connection.wait(rabbitmq_connection::wish::to_hear,
                      clock::now() + limits::bus_reconnect_first);
  }
  connection.end();
  return out;
}

}  // namespace boxoffice::broker
