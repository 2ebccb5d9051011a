#pragma once

#include "actors/core/metrics.hpp"
#include "actors/core/time.hpp"
#include "config/listen_address.hpp"
#include "config/webhook_secret.hpp"
#include "http/server/server.hpp"
#include "http/sink/event_lines.hpp"
#include "http/sink/received_events.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice::http {

struct sink_rules {
  listen_address listen{"127.0.0.1", 0};
  std::vector<webhook_key> keys;  ///< one has to have signed a post; none: posts are not signed
  std::filesystem::path out;      ///< empty: standard output
};

/// A receiver of events by POST. It answers 2xx when every new event of the post is written; what
/// the other answers mean to a sender is in docs/events/README.md.
///
/// Life cycle: listens from construction to `stop`. Its lines and counts belong to the one io
/// thread of its server until then. **Thread**: the owner's. **Faults** listen_error, and what
/// event_lines throws.
class sink_server {
 public:
  sink_server(sink_rules how, const clock& time);

  /// Where to post.
  [[nodiscard]] std::string url() const;
  /// Answers what is under way, then returns.
  void stop() { server_.stop(); }

  struct summary {
    received_events::counts received;
    std::uint64_t refused_posts{0}, batches{0};
  };
  /// **Requires** `stop`.
  [[nodiscard]] summary summed() const { return {received_.counted(), refused_, batches_}; }

 private:
  response take(const request& post);
  [[nodiscard]] std::string distrust(const request& post) const;
  void write(const std::vector<received_event>& fresh);
  response refuse(problem_code code, const std::string& why);
  void restore(std::string_view line);

  const sink_rules how_;
  const clock& time_;
  metrics measured_;
  received_events received_;
  event_lines lines_;
  std::uint64_t refused_{0}, batches_{0};
  server server_;
};

}  // namespace boxoffice::http
