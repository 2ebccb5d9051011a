#include "commands/serve.hpp"

#include "actors/node/node.hpp"
#include "actors/node/real_sources.hpp"
#include "actors/node/signal_watch.hpp"
#include "actors/node/standby_node.hpp"
#include "http/api/application.hpp"
#include "http/api/standby_page.hpp"
#include "http/outgoing/event_post.hpp"
#include "logging/log.hpp"
#include "logging/log_line.hpp"
#include "storage/broker/cloud_event.hpp"
#include "storage/open_brokers.hpp"
#include "storage/open_stores.hpp"
#include "storage/ownership.hpp"
#include "storage/sqlite/data_directory.hpp"
#include "storage/storage_error.hpp"

#include <iostream>
#include <optional>
#include <string>
#include <unistd.h>

namespace boxoffice {
namespace {

// What a person at a terminal wants to know next; programs read only the "ready" line before it.
void greet(const http::application& app, const settings::web_settings& pages) {
  if (isatty(STDOUT_FILENO) == 0) return;
  if (pages.enabled)
    std::cout << "\nOpen " << app.url() << "/ to buy a ticket, " << app.url()
              << "/console to operate.\n";
  std::cout << "\nA token to try it with (user demo):\n\n  export TOKEN=" << app.dev_token("demo")
            << "\n\nThen, for example:\n\n  curl -s " << app.url()
            << "/v1/concerts\n  curl -s -H \"Authorization: Bearer $TOKEN\" " << app.url()
            << "/v1/points\n\nREADME.md buys a ticket step by step. Ctrl-C stops.\n"
            << std::flush;
}

/// What a serving process is made of whatever happens to its stores.
struct surroundings {
  signal_watch& signals;
  metrics& measured;
  system_clock_source& time;
  system_random_source& random;
  event_sink* data_platform;
};

void hand_over(const settings& how) {
  try {
    for (const auto& line : release_ownership(how))
      log(log_level::info, "main", line);
  } catch (const storage_error& e) {
    log(log_level::warning, "main", "a store is not released: who stands by waits",
        {{"error", e.what()}});
  }
}

exit_code code_of(store_trouble ended) {
  const bool others_may_serve = ended == store_trouble::replaced ||
                                ended == store_trouble::out_of_reach ||
                                ended == store_trouble::unasked;
  return others_may_serve ? exit_code::replaced : exit_code::failed;
}

/// Load balancers see it go; of what was cut off they have seen that already.
bool answers_a_while(store_trouble ended) {
  return ended == store_trouble::replaced || ended == store_trouble::gone;
}

/// The stores, once no other node serves from them; empty: told to stop before that. A port that
/// was taken while standing by stays.
std::optional<node_stores> open_or_stand_by(settings& how, const surroundings& in) {
  std::optional<http::standby_page> page;
  std::optional<standby_node> links;
  auto opened = open_stores(how, in.signals.token(), [&] {
    page.emplace(how, in.time, in.measured);
    links.emplace(how, in.time, in.random, in.measured, std::string{version});
    const auto url = page->url();
    std::cout << "boxoffice standing by on " << url << std::endl;
    how.http.listen.port = static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1)));
  });
  if (in.signals.token().stop_requested()) return std::nullopt;
  return opened;
}

/// Serves until told to stop, or until a store makes it end; empty: everything that is remembered
/// of the stores has to be read anew.
std::optional<exit_code> serve_once(const settings& asked, const surroundings& in) {
  auto& [signals, measured, time, random, data_platform] = in;
  auto how = asked;
  auto stores = open_or_stand_by(how, in);
  if (!stores) return exit_code::stopped;
  auto brokers = open_brokers(how);
  node services{std::move(*stores),
                how,
                {.time = time,
                 .random = random,
                 .metrics = measured,
                 .data_platform = data_platform,
                 .brokers = &brokers,
                 .version = std::string{version},
                 .stop = signals.token(),
                 .on_end = [&signals = signals](const store_board::entry& end) {
                   log(log_level::error, "main", "a store ends this process",
                       {{"store", end.store}, {"reason", end.reason}});
                   signals.wake();
                 }}};
  http::application gateway{how,
                            {services.system(), services.services(), services.catalogue(), time,
                             random, measured, std::string{version}}};
  gateway.start();
  if (const auto missing = gateway.await_ready(signals.token()); !missing.empty()) {
    log(log_level::warning, "main", "stopped before everything was ready", {{"missing", missing}});
  } else {
    if (how.demo.load && how.node.roles.contains(role::concert))
      if (const auto wrong = gateway.load_demo(); !wrong.empty()) throw std::runtime_error{wrong};
    std::cout << "boxoffice ready on " << gateway.url() << std::endl;
    if (how.auth.dev && how.node.roles.contains(role::gateway)) greet(gateway, how.web);
    signals.wait();
  }
  const auto end = services.services().stores->ended();
  const bool begins_anew = end.trouble == store_trouble::was_set_back;
  if (answers_a_while(end.trouble)) signals.wait_for(limits::ended_grace);
  log(log_level::info, "main", "stopping");
  gateway.stop();
  services.stop();
  // A node that stands by need not wait for what ended as asked.
  if (end.trouble == store_trouble::none || end.trouble == store_trouble::unasked) hand_over(how);
  if (begins_anew && !signals.token().stop_requested()) return std::nullopt;
  if (end.trouble == store_trouble::none || begins_anew) return exit_code::stopped;
  std::cerr << "boxoffice: " << end.store << ": " << for_terminal(end.reason) << '\n';
  return code_of(end.trouble);
}

}  // namespace

exit_code serve(const settings& how) {
  signal_watch signals;
  const logging lines{how.log};
  system_clock_source time;
  system_random_source random;
  std::optional<data_directory> held;
  if (!how.keeps_nothing()) held.emplace(how.node.data_dir);
  const auto data_platform = http::open_event_sink(how.data_platform, time, broker::encode_event);
  while (true) {
    metrics measured;
    if (const auto code = serve_once(how, {signals, measured, time, random, data_platform.get()}))
      return *code;
    log(log_level::warning, "main", "starting again from what the stores hold");
  }
}

}  // namespace boxoffice
