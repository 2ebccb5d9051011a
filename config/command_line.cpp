#include "config/command_line.hpp"

#include "config/log_line.hpp"
#include "config/settings_keys.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

namespace boxoffice {
namespace {

/// One row a command: what it is called, what it does, how one types it.
struct command_row {
  command what;
  const char* name;
  const char* purpose;
  const char* example;
  enum class settings_flags : std::uint8_t { none, data_only, serve } flags;
};

using enum command_row::settings_flags;

constexpr auto commands = std::to_array<command_row>({
    {command::serve, "serve", "Serve the API until told to stop.",
     "boxoffice serve --listen 127.0.0.1:8080 --data-dir ./var/boxoffice --set auth.dev=true",
     serve},
    {command::migrate, "migrate",
     "Create the databases, or bring them up to this version, and end.",
     "boxoffice migrate --data-dir ./var/boxoffice", data_only},
    {command::version, "version", "Print the version.", "boxoffice version", none},
});

/// What CLI11 fills in while it reads the flags of one command.
struct settings_flags {
  std::string file;
  CLI::Option* file_option{nullptr};
  struct of_key {
    const setting_key* key;
    CLI::Option* option;
    std::string value;
  };
  std::deque<of_key> keys;  // CLI11 keeps references to the values
  std::vector<std::string> assignments;
};

void add_settings_flags(CLI::App& app, settings_use use, settings_flags& into) {
  into.file_option =
      app.add_option("--config", into.file, "Read settings from this TOML file")->type_name("FILE");
  for (const auto& key : setting_keys()) {
    if (key.flag.name.empty()) continue;
    if (use == settings_use::data_only && key.flag.least == settings_use::serve) continue;
    auto& flag = into.keys.emplace_back(settings_flags::of_key{&key, nullptr, {}});
    flag.option = app.add_option(std::string{key.flag.name}, flag.value,
                                 std::string{key.purpose} + " The setting " + std::string{key.name})
                      ->type_name(std::string{key.unit});
  }
  app.add_option("--set", into.assignments,
                 "Set any key of config/boxoffice.toml; repeatable, the last one of a key counts")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false)
      ->check([](const std::string& text) {
        return text.find('=', 1) == std::string::npos ? "expected KEY=VALUE" : std::string{};
      });
}

settings_sources collect(const settings_flags& given, settings_use use) {
  settings_sources out;
  out.use = use;
  if (given.file_option->count() > 0) out.file = given.file;
  for (const auto& flag : given.keys) {
    if (flag.option->count() == 0) continue;
    out.flags.push_back(
        {std::string{flag.key->flag.name}, std::string{flag.key->name}, flag.value});
  }
  for (const auto& text : given.assignments) {
    const auto equals = text.find('=');
    const auto key = text.substr(0, equals);
    out.flags.push_back({"--set " + key, key, text.substr(equals + 1)});
  }
  return out;
}

/// A command as CLI11 knows it.
struct added_command {
  const command_row* row;
  CLI::App* app;
  settings_flags flags;
};

settings_use use_of(const command_row& row) {
  return row.flags == serve ? settings_use::serve : settings_use::data_only;
}

/// Whether the first word is meant as a command and is none. **Why** not left to CLI11: it would
/// only say that a command is missing.
std::optional<early_exit> refuse_unknown_command(std::span<const char* const> arguments) {
  if (arguments.empty() || std::string_view{arguments.front()}.starts_with('-'))
    return std::nullopt;
  const std::string_view word{arguments.front()};
  std::string names;
  for (const auto& row : commands) {
    if (word == row.name) return std::nullopt;
    names += (names.empty() ? "" : ", ") + std::string{row.name};
  }
  return early_exit{
      exit_code::bad_usage, "",
      "there is no command \"" + escape_json(word) + "\"; there are: " + names + "\n"};
}

/// The one place that meets exceptions of CLI11.
early_exit refuse(const CLI::App& app, const CLI::ParseError& error) {
  std::ostringstream out;
  std::ostringstream err;
  const int code = app.exit(error, out, err);
  return {code == 0 ? exit_code::stopped : exit_code::bad_usage, out.str(), err.str()};
}

}  // namespace

command_line_result parse_command_line(std::span<const char* const> arguments,
                                       std::vector<settings_sources::variable> environment) {
  if (auto refusal = refuse_unknown_command(arguments)) return *refusal;
  CLI::App app{"boxoffice sells concert seats.", "boxoffice"};
  app.require_subcommand(1);
  app.footer("Example:\n  " + std::string{commands.front().example} +
             "\n'boxoffice COMMAND --help' says more.");
  std::deque<added_command> added;
  for (const auto& row : commands) {
    auto& one =
        added.emplace_back(added_command{&row, app.add_subcommand(row.name, row.purpose), {}});
    one.app->footer("Example:\n  " + std::string{row.example});
    if (row.flags != none) add_settings_flags(*one.app, use_of(row), one.flags);
  }

  try {
    std::vector<std::string> reversed{arguments.rbegin(), arguments.rend()};  // as CLI11 wants it
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& error) {
    return refuse(app, error);
  }
  const auto chosen =
      std::ranges::find_if(added, [](const added_command& each) { return each.app->parsed(); });
  command_line out{chosen->row->what, {}};
  if (chosen->row->flags != none) {
    out.sources = collect(chosen->flags, use_of(*chosen->row));
    out.sources.environment = std::move(environment);
  }
  return out;
}

}  // namespace boxoffice
