// What an operator types: the settings file, variables, flags and commands. Whatever it is,
// settings come out or sentences; nothing steers a terminal, and no sentence holds a secret.
#include "config/settings.hpp"

#include "actors/core/check.hpp"
#include "config/command_line.hpp"
#include "config/command_table.hpp"
#include "config/issuer_settings.hpp"
#include "config/settings_keys.hpp"
#include "tests/fuzz/terminal_text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fuzzer/FuzzedDataProvider.h>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>
#include <variant>
#include <vector>

namespace boxoffice {
namespace {

constexpr std::string_view marker = "NoBodyMaySeeThis";

/// A file in memory that has a path.
class memory_file {
 public:
  memory_file() : number_{::memfd_create("settings", 0)} {}
  ~memory_file() { ::close(number_); }
  memory_file(const memory_file&) = delete;
  memory_file& operator=(const memory_file&) = delete;

  std::filesystem::path with(std::string_view text) const {
    check(::ftruncate(number_, 0) == 0 &&
              ::pwrite(number_, text.data(), text.size(), 0) == static_cast<::ssize_t>(text.size()),
          "memory can be written");
    return "/proc/self/fd/" + std::to_string(number_);
  }

 private:
  int number_;
};

const setting_key& draw_key(FuzzedDataProvider& dice) {
  const auto keys = setting_keys();
  return keys[dice.ConsumeIntegralInRange<std::size_t>(0, keys.size() - 1)];
}

bool is_secret(const setting_key& key) {
  settings of;
  return std::holds_alternative<secret_text*>(key.field(of));
}

std::string draw_value(FuzzedDataProvider& dice) {
  constexpr const char* some[] = {"true",  "127.0.0.1:0", "postgres",           "all",
                                  "EdDSA", "off",         "redis://h",          "https://h/x",
                                  "-1",    "007",         "9223372036854775808"};
  if (dice.ConsumeBool()) return dice.ConsumeRandomLengthString(40);
  return dice.PickValueInArray(some);
}

/// A secret for a key that is secret, or that nobody knows: a slip may stand for a secret one.
std::string draw_value_for(FuzzedDataProvider& dice, std::string_view name) {
  const auto known = std::ranges::find_if(setting_keys(), [&](const setting_key& key) {
    return name == key.name || name == variable_name(key.name);
  });
  const auto is_open = known != setting_keys().end() && !is_secret(*known);
  return is_open ? draw_value(dice) : std::string{marker};
}

settings_sources draw_sources(FuzzedDataProvider& dice, const memory_file& file) {
  settings_sources out;
  out.use = dice.ConsumeBool() ? settings_use::serve : settings_use::data_only;
  const auto size = dice.ConsumeIntegralInRange<std::size_t>(0, dice.remaining_bytes());
  const auto text = dice.ConsumeBytesAsString(size);
  if (size != 0) out.file = file.with(text);
  if (dice.ConsumeIntegralInRange(0, 15) == 0)
    out.file = "/nowhere/" + dice.ConsumeRandomLengthString(40);
  for (auto more = dice.ConsumeIntegralInRange(0, 3); more > 0; --more) {
    const auto name = dice.ConsumeBool() ? variable_name(draw_key(dice).name)
                                         : "BOXOFFICE_" + dice.ConsumeRandomLengthString(20);
    out.environment.push_back({name, draw_value_for(dice, name)});
  }
  for (auto more = dice.ConsumeIntegralInRange(0, 3); more > 0; --more) {
    const auto name =
        dice.ConsumeBool() ? std::string{draw_key(dice).name} : dice.ConsumeRandomLengthString(20);
    out.flags.push_back({"--set", name, draw_value_for(dice, name)});
  }
  return out;
}

/// The settings as a file, which says the same again.
std::string written(settings& what) {
  std::string out;
  for (const auto& key : setting_keys())
    out += std::string{key.name} + " = " + to_toml(key.field(what)) + '\n';
  for (const auto& each : what.auth.issuers)
    out += to_toml(each);
  return out;
}

void load(FuzzedDataProvider& dice) {
  static const memory_file file, again;
  const auto sources = draw_sources(dice, file);
  auto read = load_settings(sources);
  if (const auto* mistakes = std::get_if<settings_mistakes>(&read)) {
    check(!mistakes->empty(), "a refusal has a reason");
    for (const auto& line : *mistakes) {
      check(fuzz::is_sentence(line), "a mistake is one line of text");
      check(line.find(": ") != line.npos, "with its place in front");
      check(line.find(marker) == line.npos, "and holds no secret");
    }
    return;
  }
  auto& values = std::get<settings>(read);
  const auto text = written(values);
  // What is no text, or too long for a line of a log, is written as something else.
  if (text.find("\xEF\xBF\xBD") != text.npos || text.find("…") != text.npos) return;
  const auto repeated = load_settings({again.with(text), {}, {}, sources.use});
  check(std::holds_alternative<settings>(repeated), "settings can be written as a file");
  check(std::get<settings>(repeated) == values, "which says the same");
}

std::vector<std::string> draw_arguments(FuzzedDataProvider& dice) {
  std::vector<std::string> out;
  const auto rows = command_rows();
  const auto& row = rows[dice.ConsumeIntegralInRange<std::size_t>(0, rows.size() - 1)];
  const std::string_view name{row.name};
  if (dice.ConsumeIntegralInRange(0, 7) != 0) {
    out.emplace_back(name.substr(0, name.find(' ')));
    if (name.find(' ') != name.npos) out.emplace_back(name.substr(name.find(' ') + 1));
  }
  constexpr const char* flags[] = {"--older-than", "--state", "--json",   "--server", "--token",
                                   "--reason",     "--set",   "--config", "--listen", "--data-dir",
                                   "--new-store",  "--help",  "--",       "-h"};
  for (auto more = dice.ConsumeIntegralInRange(0, 4); more > 0; --more) {
    auto word = dice.ConsumeBool() ? std::string{dice.PickValueInArray(flags)} : "";
    if (!word.empty() && dice.ConsumeBool()) {
      out.push_back(std::exchange(word, {}));
    } else if (!word.empty()) {
      word += '=';
    }
    word += dice.ConsumeBool() ? std::to_string(dice.ConsumeIntegral<std::int64_t>())
                               : dice.ConsumeRandomLengthString(24);
    out.push_back(word.substr(0, word.find('\0')));
  }
  return out;
}

bool is_whole_number(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != text.npos) return false;
  text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));
  return text.size() < 10 || (text.size() == 10 && text <= "4294967295");
}

void read_commands(FuzzedDataProvider& dice) {
  const auto arguments = draw_arguments(dice);
  std::vector<const char*> pointers;
  for (const auto& one : arguments)
    pointers.push_back(one.c_str());
  const auto read = parse_command_line(pointers, {{"BOXOFFICE_TOKEN", std::string{marker}}});
  if (const auto* early = std::get_if<early_exit>(&read)) {
    check(early->code == exit_code::stopped || early->code == exit_code::bad_usage, "of two kinds");
    check((early->code == exit_code::stopped) == early->error.empty(), "a refusal is said");
    check(fuzz::is_clean(early->output) && fuzz::is_clean(early->error), "as text");
    check(early->error.find(marker) == std::string::npos, "without the token");
    return;
  }
  const auto& line = std::get<command_line>(read);
  const auto& taken = line.arguments;
  check(!taken.token.empty(), "the environment has a token");
  if (taken.older_than_seconds) {
    const auto value = std::to_string(*taken.older_than_seconds);
    check(std::ranges::any_of(arguments,
                              [&](const std::string& word) {
                                const auto text = word.substr(word.rfind('=') + 1);
                                return is_whole_number(text) &&
                                       std::to_string(std::stoul(text)) == value;
                              }),
          "a number of seconds is one that was typed");
  }
  // What was taken can be judged, too.
  const auto judged = load_settings(line.sources);
  if (const auto* mistakes = std::get_if<settings_mistakes>(&judged))
    for (const auto& mistake : *mistakes)
      check(fuzz::is_sentence(mistake), "a mistake is one line of text");
}

void run(FuzzedDataProvider& dice) {
  if (dice.ConsumeBool()) return load(dice);
  read_commands(dice);
}

}  // namespace
}  // namespace boxoffice

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // libFuzzer learns the marker from being compared with it, and writes it where it is no secret.
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  if (bytes.find(boxoffice::marker) != bytes.npos) return 0;
  FuzzedDataProvider dice{data, size};
  boxoffice::run(dice);
  return 0;
}
