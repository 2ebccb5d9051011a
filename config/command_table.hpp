#pragma once

#include "config/command_line.hpp"

#include <span>

namespace boxoffice {

/// What a command takes besides the settings.
enum class argument : std::uint8_t {
  id,          ///< positional
  directory,   ///< positional
  ticket,      ///< positional
  reason,      ///< `--reason TEXT`, required
  state,       ///< `--state STATE`
  older_than,  ///< `--older-than SECONDS`
  json,        ///< `--json`
  drained,     ///< `--drained`
  stores,      ///< `--new-store NAME` and `--accept-set-back NAME`
  listen,      ///< `--listen HOST:PORT`
  secrets,     ///< `--secret SECRET`, repeatable
  out,         ///< `--out FILE`
  server,      ///< `--server URL` and `--token TOKEN`: it asks a running server
};

/// Which settings a command takes.
enum class settings_taken : std::uint8_t { none, data_only, serve };

/// One row a command: what it is called (one or two words), what it does, how one types it.
struct command_row {
  command what;
  const char* name;
  const char* purpose;
  const char* example;
  settings_taken settings;
  std::span<const argument> takes;
};

/// Every command, in the order in which `--help` lists them.
std::span<const command_row> command_rows();

/// What the first word of a command of two words stands for.
struct command_group {
  const char* name;
  const char* purpose;
};
std::span<const command_group> command_groups();

}  // namespace boxoffice
