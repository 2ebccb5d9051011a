#pragma once

#include "config/settings.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace boxoffice {

/// How the process ends. **Source**: docs/API.md, "Exit codes".
enum class exit_code : std::uint8_t {
  stopped = 0,    ///< as asked
  failed = 1,     ///< while running
  bad_usage = 2,  ///< of the command line or the settings
  data_dir_in_use = 3,
  replaced = 4,       ///< another process has taken a database over
  could_not_look = 5  ///< the audit could not read what it should check
};

enum class command : std::uint8_t {
  serve,
  migrate,
  backup,
  restore,
  audit,
  rebuild_ranking,
  sagas_list,
  sagas_show,
  sagas_resume,
  sagas_abort,
  outbox_list,
  outbox_replay,
  parked_list,
  parked_retry,
  parked_abandon,
  nodes,
  release,
  sink,
  verify,
  version,
};

enum class output_form : std::uint8_t { text, json };

/// What `audit` may expect of the databases.
enum class books_state : std::uint8_t {
  in_use,   ///< payments and events may be under way
  drained,  ///< all of them had time to end
};

/// What a command takes besides settings; each member is for the commands that take it.
struct command_arguments {
  std::string id;         ///< of a payment, an event, or what is parked
  std::string reason;     ///< not empty where it is taken
  std::string directory;  ///< of a backup
  std::string ticket;
  std::optional<std::string> state;
  std::optional<std::uint32_t> older_than_seconds;
  std::optional<std::string> server;     ///< URL; absent: the address of the settings
  secret_text token;                     ///< of `--token`, else of BOXOFFICE_TOKEN; empty: none
  std::optional<std::string> new_store;  ///< a service whose store is made anew
  std::string listen;                    ///< of a sink; `HOST:PORT`
  std::vector<secret_text> secrets;      ///< of a sink: of `--secret`, else of the variables
  std::string out;                       ///< of a sink: a file; empty: standard output
  std::optional<std::string> accepted_store;  ///< a service whose store may have been set back
  output_form output{output_form::text};
  books_state books{books_state::in_use};
};

/// What the user asked for.
struct command_line {
  command what{command::serve};
  settings_sources sources;  ///< empty for `version`
  command_arguments arguments;
};

/// The command line is already answered: help was asked for, or it made no sense.
struct early_exit {
  exit_code code{exit_code::stopped};
  std::string output;  ///< for standard output
  std::string error;   ///< for standard error
};

using command_line_result = std::variant<command_line, early_exit>;

/// Reads the arguments after the program's name. Values of settings are not judged here but by
/// `load_settings`, together with those of the file and the environment. Never throws.
command_line_result parse_command_line(std::span<const char* const> arguments,
                                       std::vector<settings_sources::variable> environment);

}  // namespace boxoffice
