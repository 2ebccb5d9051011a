// The composition root: lists the parts, and puts them together in the order in which they stand on
// each other.
#include "actors/audit/run_audit.hpp"
#include "actors/node/node.hpp"
#include "actors/node/real_sources.hpp"
#include "actors/node/signal_watch.hpp"
#include "config/command_line.hpp"
#include "config/log.hpp"
#include "http/application.hpp"
#include "http/audit_page.hpp"
#include "http/event_post.hpp"
#include "http/operator_commands.hpp"
#include "storage/open_stores.hpp"
#include "storage/sqlite/data_directory.hpp"

#include <exception>
#include <iostream>
#include <unistd.h>
#include <variant>

namespace boxoffice {
namespace {

constexpr std::string_view version = "0.1.0";

// What a person at a terminal wants to know next; programs read only the "ready" line before it.
void greet(const http::application& app) {
  if (isatty(STDOUT_FILENO) == 0) return;
  std::cout << "\nA token to try it with (user demo):\n\n  export TOKEN=" << app.dev_token("demo")
            << "\n\nThen, for example:\n\n  curl -s " << app.url()
            << "/v1/concerts\n  curl -s -H \"Authorization: Bearer $TOKEN\" " << app.url()
            << "/v1/points\n\nREADME.md buys a ticket step by step. Ctrl-C stops.\n"
            << std::flush;
}

exit_code serve(const settings& how) {
  signal_watch signals;
  const logging lines{how.log};
  meters measured;
  system_clock_source time;
  system_random_source random;

  const data_directory held{how.node.data_dir};
  const auto data_platform = http::open_event_sink(how.data_platform, time);
  node services{
      open_stores(how, signals.token()), how, {time, random, measured, data_platform.get()}};
  http::application gateway{how,
                            {services.system(), services.services(), services.catalogue(), time,
                             random, measured, std::string{version}}};
  gateway.start();
  if (const auto missing = gateway.await_ready(signals.token()); !missing.empty()) {
    log(log_level::warning, "main", "stopped before everything was ready", {{"missing", missing}});
    return exit_code::stopped;
  }
  if (how.demo.load)
    if (const auto wrong = gateway.load_demo(); !wrong.empty()) throw std::runtime_error{wrong};

  std::cout << "boxoffice ready on " << gateway.url() << std::endl;
  if (how.auth.dev) greet(gateway);
  signals.wait();
  log(log_level::info, "main", "stopping");
  gateway.stop();
  services.stop();
  return exit_code::stopped;
}

exit_code migrate(const settings& how) {
  const data_directory held{how.node.data_dir};
  for (const auto& line : migrate_stores(how))
    std::cout << line << '\n';
  return exit_code::stopped;
}

// Who writes to a database server may be anywhere.
bool may_be_served(const settings& how) {
  return how.store.kind == store_kind::postgres || holder_of(how.node.data_dir);
}

exit_code audit_books(const settings& how, const command_arguments& asked) {
  const system_clock_source time;
  auto reads = audit::reading::drained;
  if (asked.books == books_state::in_use)
    reads = may_be_served(how) ? audit::reading::online : audit::reading::offline;
  const auto reader = open_audit_reader(how);
  const audit::audit_terms terms{
      .how = reads,
      .undo_time = audit::undo_time_of(how.payment.undo_tries_max, how.payment.step_time)};
  const auto report = audit::run_audit(*reader, terms, time);
  std::cout << (asked.output == output_form::json ? http::write_json(report, time.now())
                                                  : http::describe(report));
  return report.ok() ? exit_code::stopped : exit_code::failed;
}

exit_code run(const command_line& asked) {
  if (asked.what == command::version) {
    std::cout << "boxoffice " << version << '\n';
    return exit_code::stopped;
  }
  const auto read = load_settings(asked.sources);
  if (const auto* mistakes = std::get_if<settings_mistakes>(&read)) {
    for (const auto& line : *mistakes)
      std::cerr << line << '\n';
    return exit_code::bad_usage;
  }
  const auto& how = std::get<settings>(read);
  switch (asked.what) {
    case command::serve:
      return serve(how);
    case command::migrate:
      return migrate(how);
    case command::audit:
      return audit_books(how, asked.arguments);
    case command::sagas_list:
    case command::sagas_show:
    case command::sagas_resume:
    case command::sagas_abort:
    case command::outbox_list:
    case command::outbox_replay:
      return http::run_operator_command(asked, how, system_clock_source{}.now(), std::cout,
                                        std::cerr);
    case command::version:
      break;
  }
  return exit_code::bad_usage;
}

}  // namespace
}  // namespace boxoffice

int main(int argc, char** argv) {
  using namespace boxoffice;
  const auto parsed =
      parse_command_line({argv + 1, static_cast<std::size_t>(argc > 0 ? argc - 1 : 0)},
                         boxoffice_environment(environ));
  if (const auto* early = std::get_if<early_exit>(&parsed)) {
    std::cout << early->output;
    std::cerr << early->error;
    return static_cast<int>(early->code);
  }
  try {
    return static_cast<int>(run(std::get<command_line>(parsed)));
  } catch (const data_directory_in_use& e) {
    std::cerr << "boxoffice: " << e.what() << '\n';
    return static_cast<int>(exit_code::data_dir_in_use);
  } catch (const std::exception& e) {
    std::cerr << "boxoffice: " << e.what() << '\n';
    return static_cast<int>(exit_code::failed);
  }
}
