#include "commands/serve.hpp"

#include "actors/node/node.hpp"
#include "actors/node/real_sources.hpp"
#include "actors/node/signal_watch.hpp"
#include "config/log.hpp"
#include "config/log_line.hpp"
#include "http/application.hpp"
#include "http/event_post.hpp"
#include "storage/open_stores.hpp"
#include "storage/sqlite/data_directory.hpp"

#include <iostream>
#include <optional>
#include <string>
#include <unistd.h>

namespace boxoffice {
namespace {

// What a person at a terminal wants to know next; programs read only the "ready" line before it.
void greet(const http::application& app) {
  if (isatty(STDOUT_FILENO) == 0) return;
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

exit_code code_of(store_trouble ended) {
  return ended == store_trouble::replaced ? exit_code::replaced : exit_code::failed;
}

/// Serves until told to stop, or until a store makes it end; empty: everything that is remembered
/// of the stores has to be read anew.
std::optional<exit_code> serve_once(const settings& how, const surroundings& in) {
  auto& [signals, measured, time, random, data_platform] = in;
  node services{
      open_stores(how, signals.token()),
      how,
      {time, random, measured, data_platform, [&signals = signals](const store_board::entry& end) {
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
    if (how.demo.load)
      if (const auto wrong = gateway.load_demo(); !wrong.empty()) throw std::runtime_error{wrong};
    std::cout << "boxoffice ready on " << gateway.url() << std::endl;
    if (how.auth.dev) greet(gateway);
    signals.wait();
  }
  const auto end = services.services().stores->ended();
  const bool begins_anew = end.trouble == store_trouble::was_set_back;
  if (end.trouble != store_trouble::none && !begins_anew) signals.wait_for(limits::ended_grace);
  log(log_level::info, "main", "stopping");
  gateway.stop();
  services.stop();
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
  const data_directory held{how.node.data_dir};
  const auto data_platform = http::open_event_sink(how.data_platform, time);
  while (true) {
    metrics measured;
    if (const auto code = serve_once(how, {signals, measured, time, random, data_platform.get()}))
      return *code;
    log(log_level::warning, "main", "starting again from what the stores hold");
  }
}

}  // namespace boxoffice
