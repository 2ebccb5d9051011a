#include "http/api/streams/event_text.hpp"

#include "config/stream_limits.hpp"

namespace boxoffice::http {

std::shared_ptr<const stream_frame> make_event(std::string_view name, std::string_view data,
                                               std::string_view id) {
  std::string text;
  text.reserve(name.size() + data.size() + id.size() + 32);
  if (!id.empty()) text.append("id: ").append(id).append("\n");
  text.append("event: ").append(name).append("\ndata: ").append(data).append("\n\n");
  return std::make_shared<const stream_frame>(text);
}

std::shared_ptr<const stream_frame> make_bye(std::string_view reason, std::uint64_t number) {
  const auto most = static_cast<std::uint64_t>(limits::stream_retry_max.count());
  const auto retry = std::to_string(most / 10 + number % most);
  std::string text{"retry: " + retry + "\nevent: bye\ndata: {\"reason\":\""};
  text.append(reason).append("\",\"retryMs\":").append(retry).append("}\n\n");
  return std::make_shared<const stream_frame>(text);
}

// A reader hears of its end with the heartbeat after it.
std::chrono::milliseconds rotation_after(std::uint64_t number) {
  using std::chrono::milliseconds;
  const milliseconds range =
      limits::stream_rotation_max - limits::stream_rotation_min - limits::stream_heartbeat_every;
  return limits::stream_rotation_min +
         milliseconds{number % static_cast<std::uint64_t>(range.count())};
}

}  // namespace boxoffice::http
