#include "config/command_line.hpp"

#include "config/command_table.hpp"
#include "config/settings_keys.hpp"
#include "logging/log_line.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <deque>
#include <map>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

namespace boxoffice {
namespace {

/// Where the token of the operators' commands may stand; it is no setting.
constexpr std::string_view token_variable = "BOXOFFICE_TOKEN";
/// The sender's settings, which its receiver reads as they are.
constexpr std::array<std::string_view, 2> secret_variables{
    "BOXOFFICE_DATA_PLATFORM__SECRET", "BOXOFFICE_DATA_PLATFORM__PREVIOUS_SECRET"};

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
    out.flags.push_back({"--set " + escape_json(key), key, text.substr(equals + 1)});
  }
  return out;
}

/// What CLI11 fills in while it reads the arguments of one command.
struct argument_flags {
  command_arguments values;
  std::string token;
  std::vector<std::string> secrets;
  std::string older_than;  // as text: CLI11 would take 0x10 and refuse 08
  bool json{false}, drained{false};
};

std::optional<std::uint32_t> parse_seconds(const std::string& text) {
  std::uint32_t value = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (text.empty() || read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return value;
}

void add_argument(CLI::App& app, argument one, argument_flags& into) {
  auto& values = into.values;
  switch (one) {
    case argument::id:
      app.add_option("ID", values.id, "As the list shows it")->required();
      return;
    case argument::directory:
      app.add_option("DIR", values.directory, "The directory of the backup")->required();
      return;
    case argument::ticket:
      app.add_option("TICKET", values.ticket, "Its text, as the QR code holds it")->required();
      return;
    case argument::reason:
      app.add_option("--reason", values.reason, "Why, for those who look at it later")
          ->type_name("TEXT")
          ->required()
          ->check([](const std::string& text) {
            return text.empty() ? "a reason is not empty" : std::string{};
          });
      return;
    case argument::state:
      app.add_option("--state", values.state, "Only those in this state")->type_name("STATE");
      return;
    case argument::older_than:
      app.add_option("--older-than", into.older_than, "Only those older than this")
          ->type_name("SECONDS")
          ->check([](const std::string& text) {
            return parse_seconds(text) ? std::string{} : "expected a whole number of seconds";
          });
      return;
    case argument::json:
      app.add_flag("--json", into.json, "Write JSON, for programs");
      return;
    case argument::drained:
      app.add_flag("--drained", into.drained,
                   "Expect that payments and events had time to end: one that is still under way "
                   "is a violation");
      return;
    case argument::stores: {
      const CLI::IsMember services{{"concert", "reservation", "point", "payment", "queue_ranking"}};
      app.add_option("--new-store", values.new_store,
                     "Make the store of this service anew although the others hold data: what it "
                     "held is lost")
          ->type_name("NAME")
          ->check(services);
      app.add_option("--accept-set-back", values.accepted_store,
                     "Say no more that the store of this service had lost commits")
          ->type_name("NAME")
          ->check(services);
      return;
    }
    case argument::listen:
      app.add_option("--listen", values.listen, "Where to listen; port 0 takes a free one")
          ->type_name("HOST:PORT")
          ->default_str("127.0.0.1:0");
      return;
    case argument::secrets:
      app.add_option("--secret", into.secrets,
                     "Verify posts with this data_platform.secret; a second one while it is "
                     "exchanged. Without it, the variables " +
                         std::string{secret_variables[0]} + " and " +
                         std::string{secret_variables[1]} + "; without those, nothing is verified")
          ->type_name("SECRET")
          ->allow_extra_args(false);
      return;
    case argument::out:
      app.add_option("--out", values.out,
                     "Append events to this file, durably before a post is answered, instead of "
                     "writing them to standard output")
          ->type_name("FILE");
      return;
    case argument::server:
      app.add_option("--server", values.server,
                     "The server to ask; without it, the address of the setting http.listen")
          ->type_name("URL");
      app.add_option("--token", into.token,
                     "An operator's token; without it, the variable " + std::string{token_variable})
          ->type_name("TOKEN");
      return;
  }
}

command_arguments collect(const argument_flags& given,
                          const std::optional<std::string>& token_of_environment) {
  auto out = given.values;
  for (const auto& each : given.secrets)
    out.secrets.emplace_back(each);
  out.token = secret_text{given.token.empty() ? token_of_environment.value_or("") : given.token};
  if (!given.older_than.empty()) out.older_than_seconds = parse_seconds(given.older_than);
  out.output = given.json ? output_form::json : output_form::text;
  out.books = given.drained ? books_state::drained : books_state::in_use;
  return out;
}

/// A command as CLI11 knows it.
struct added_command {
  const command_row* row;
  CLI::App* app;
  settings_flags settings;
  argument_flags arguments;
};

settings_use use_of(const command_row& row) {
  return row.settings == settings_taken::serve ? settings_use::serve : settings_use::data_only;
}

/// The words of `sagas list`: a group and a command, or a command alone.
struct command_words {
  explicit command_words(std::string_view name)
      : group{name.substr(0, std::min(name.find(' '), name.size()))},
        last{name.substr(name.rfind(' ') + 1)} {}
  [[nodiscard]] bool has_group() const { return group != last; }

  std::string group, last;
};

std::string footer(const command_row& row) { return "Example:\n  " + std::string{row.example}; }

/// The example of a group is that of its first command.
const command_row& first_of(const command_group& group) {
  return *std::ranges::find_if(command_rows(), [&](const command_row& row) {
    const command_words words{row.name};
    return words.has_group() && words.group == group.name;
  });
}

void add_commands(CLI::App& app, std::deque<added_command>& into) {
  app.require_subcommand(1);
  app.footer(footer(command_rows().front()) + "\n'boxoffice COMMAND --help' says more.");
  std::map<std::string, CLI::App*> parents{{"", &app}};
  for (const auto& row : command_rows()) {
    const command_words words{row.name};
    auto& parent = parents[words.has_group() ? words.group : std::string{}];
    if (parent == nullptr) {
      const auto& group = *std::ranges::find(command_groups(), words.group, &command_group::name);
      parent = app.add_subcommand(group.name, group.purpose);
      parent->require_subcommand(1);
      parent->footer(footer(first_of(group)));
    }
    auto& one = into.emplace_back(
        added_command{&row, parent->add_subcommand(words.last, row.purpose), {}, {}});
    one.app->footer(footer(row));
    for (const auto each : row.takes)
      add_argument(*one.app, each, one.arguments);
    if (row.settings != settings_taken::none)
      add_settings_flags(*one.app, use_of(row), one.settings);
  }
}

/// Whether the first words are meant as a command and are none. **Why** not left to CLI11: it would
/// only say that a command is missing.
std::optional<early_exit> refuse_unknown_command(std::span<const char* const> arguments) {
  const auto word = [&](std::size_t at) {
    return at < arguments.size() && arguments[at][0] != '-' ? std::string{arguments[at]}
                                                            : std::string{};
  };
  if (word(0).empty()) return std::nullopt;
  const bool group = std::ranges::count(command_groups(), word(0), &command_group::name) > 0;
  if (group && word(1).empty()) return std::nullopt;
  const auto asked = group ? word(0) + ' ' + word(1) : word(0);
  std::string names;
  for (const auto& row : command_rows()) {
    if (asked == row.name) return std::nullopt;
    names += (names.empty() ? "" : ", ") + std::string{row.name};
  }
  return early_exit{
      exit_code::bad_usage, "",
      "there is no command \"" + escape_json(asked) + "\"; there are: " + names + "\n"};
}

/// The one place that meets exceptions of CLI11.
early_exit refuse(const CLI::App& app, const CLI::ParseError& error) {
  std::ostringstream out;
  std::ostringstream err;
  const int code = app.exit(error, out, err);
  return {code == 0 ? exit_code::stopped : exit_code::bad_usage, out.str(), err.str()};
}

/// Takes the token out of the environment, which is otherwise settings.
std::optional<std::string> take_token(std::vector<settings_sources::variable>& environment) {
  const auto found =
      std::ranges::find(environment, token_variable, &settings_sources::variable::name);
  if (found == environment.end()) return std::nullopt;
  auto token = std::move(found->value);
  environment.erase(found);
  return token;
}

std::vector<secret_text> secrets_of(const std::vector<settings_sources::variable>& environment) {
  std::vector<secret_text> out;
  for (const auto name : secret_variables) {
    const auto found = std::ranges::find(environment, name, &settings_sources::variable::name);
    if (found != environment.end() && !found->value.empty()) out.emplace_back(found->value);
  }
  return out;
}

}  // namespace

command_line_result parse_command_line(std::span<const char* const> arguments,
                                       std::vector<settings_sources::variable> environment) {
  if (auto refusal = refuse_unknown_command(arguments)) return *refusal;
  CLI::App app{"boxoffice sells concert seats.", "boxoffice"};
  std::deque<added_command> added;
  add_commands(app, added);
  // What was typed may hold anything, and the message ends on a terminal.
  app.failure_message([](const CLI::App*, const CLI::Error& error) {
    return escape_json(error.what()) + "\nRun with --help for more information.\n";
  });
  try {
    std::vector<std::string> reversed{arguments.rbegin(), arguments.rend()};  // as CLI11 wants it
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& error) {
    return refuse(app, error);
  }
  const auto chosen =
      std::ranges::find_if(added, [](const added_command& each) { return each.app->parsed(); });
  const auto token = take_token(environment);
  command_line out{chosen->row->what, {}, collect(chosen->arguments, token)};
  if (out.what == command::sink && out.arguments.secrets.empty())
    out.arguments.secrets = secrets_of(environment);
  if (chosen->row->settings != settings_taken::none) {
    out.sources = collect(chosen->settings, use_of(*chosen->row));
    out.sources.environment = std::move(environment);
  }
  return out;
}

}  // namespace boxoffice
