// What each command calls.
#include "actors/node/real_sources.hpp"
#include "commands/data_commands.hpp"
#include "commands/rebuild_ranking.hpp"
#include "commands/serve.hpp"
#include "commands/sink.hpp"
#include "commands/verify.hpp"
#include "config/command_line.hpp"
#include "http/cli/operator_commands.hpp"
#include "logging/log_line.hpp"
#include "storage/sqlite/data_directory.hpp"

#include <exception>
#include <iostream>
#include <unistd.h>
#include <variant>

namespace boxoffice {
namespace {

exit_code run(const command_line& asked) {
  if (asked.what == command::version) {
    std::cout << "boxoffice " << version << '\n';
    return exit_code::stopped;
  }
  if (asked.what == command::sink) return sink(asked.arguments);
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
      return migrate(how, asked.arguments);
    case command::backup:
      return back_up(how, asked.arguments);
    case command::restore:
      return restore(how, asked.arguments);
    case command::audit:
      return audit_books(how, asked.arguments);
    case command::rebuild_ranking:
      return rebuild_ranking(how);
    case command::release:
      return release(how);
    case command::verify:
      return verify(how, asked.arguments);
    case command::sagas_list:
    case command::sagas_show:
    case command::sagas_resume:
    case command::sagas_abort:
    case command::outbox_list:
    case command::outbox_replay:
    case command::parked_list:
    case command::parked_retry:
    case command::parked_abandon:
    case command::nodes:
      return http::run_operator_command(asked, how, system_clock_source{}.now(), std::cout,
                                        std::cerr);
    case command::sink:
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
    std::cerr << "boxoffice: " << for_terminal(e.what()) << '\n';
    return static_cast<int>(exit_code::data_dir_in_use);
  } catch (const std::exception& e) {
    std::cerr << "boxoffice: " << for_terminal(e.what()) << '\n';
    return static_cast<int>(exit_code::failed);
  }
}
