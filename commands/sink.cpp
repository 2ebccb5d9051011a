#include "commands/sink.hpp"

#include "actors/node/real_sources.hpp"
#include "actors/node/signal_watch.hpp"
#include "config/listen_address.hpp"
#include "config/webhook_secret.hpp"
#include "http/sink/sink_server.hpp"
#include "logging/log.hpp"
#include "logging/log_line.hpp"

#include <iostream>
#include <string>
#include <utility>
#include <variant>

namespace boxoffice {
namespace {

/// As many as sign at a time.
constexpr std::size_t secrets_max = 2;

/// What was asked for, or why it cannot be.
std::variant<http::sink_rules, std::string> rules_of(const command_arguments& asked) {
  http::sink_rules out;
  if (!asked.listen.empty()) {
    const auto where = parse_listen_address(asked.listen);
    if (!where) return "--listen must be HOST:PORT, with a numeric address or localhost";
    out.listen = *where;
  }
  if (asked.secrets.size() > secrets_max) return "at most two secrets count at a time";
  for (const auto& each : asked.secrets) {
    auto key = parse_webhook_secret(each.reveal());
    if (const auto* fault = std::get_if<secret_fault>(&key))
      return "a secret " + std::string{fault->why};
    out.keys.push_back(std::get<webhook_key>(std::move(key)));
  }
  if (out.keys.empty() && !is_loopback(out.listen))
    return "without a secret, --listen must be an address of this machine alone";
  out.out = asked.out;
  return out;
}

}  // namespace

exit_code sink(const command_arguments& asked) {
  auto rules = rules_of(asked);
  if (const auto* mistake = std::get_if<std::string>(&rules)) {
    std::cerr << "boxoffice: " << for_terminal(*mistake) << '\n';
    return exit_code::bad_usage;
  }
  signal_watch signals;
  const logging lines{log_settings{}};
  const system_clock_source time;
  auto& how = std::get<http::sink_rules>(rules);
  if (how.keys.empty())
    log(log_level::warning, "sink", "no secret: who sends events is not verified");
  http::sink_server receiver{std::move(how), time};
  std::cout << "boxoffice sink ready on " << receiver.url() << std::endl;
  signals.wait();
  receiver.stop();
  const auto [received, refused, batches] = receiver.summed();
  log(log_level::info, "sink", "stopped",
      {{"events", received.events},
       {"repetitions", received.repetitions},
       {"out_of_order", received.out_of_order},
       {"refused_posts", refused},
       {"batches", batches}});
  return received.out_of_order == 0 ? exit_code::stopped : exit_code::failed;
}

}  // namespace boxoffice
