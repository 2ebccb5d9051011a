// docs/API.md names the commands, the exit codes and the settings that there are.
#include "config/command_table.hpp"
#include "config/settings_keys.hpp"
#include "tests/tidy/markdown.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using tidy::code_spans;

std::string part_of_page(std::string_view heading) {
  return tidy::part_below(tidy::read_page("docs/API.md"), heading);
}

TEST(ApiPage, HasEveryCommand) {
  std::set<std::string> commands;
  const std::string program = "boxoffice ";
  for (const auto& span : code_spans(part_of_page("Command line")))
    if (span.starts_with(program) && span.find(" ready on ") == span.npos)
      commands.insert(span.substr(program.size()));
  for (const auto& row : command_rows())
    EXPECT_EQ(commands.erase(row.name), 1U) << "docs/API.md lacks the command " << row.name;
  EXPECT_TRUE(commands.empty()) << "there is no command " << *commands.begin();
}

TEST(ApiPage, HasEveryExitCode) {
  const auto part = part_of_page("Exit codes");
  constexpr auto last = static_cast<int>(exit_code::could_not_look);
  for (int code = 0; code <= last; ++code)
    EXPECT_NE(part.find("| " + std::to_string(code) + " | "), part.npos) << code;
  EXPECT_EQ(part.find("| " + std::to_string(last + 1) + " | "), part.npos);
}

TEST(ApiPage, NamesNoSettingThatIsNone) {
  const std::set<std::string> events{"payment.completed", "payment.refunded"};
  std::size_t named = 0;
  for (const auto& span : code_spans(tidy::read_page("docs/API.md"))) {
    const auto dot = span.find('.');
    if (dot == span.npos || !is_section(span.substr(0, dot)) || events.contains(span)) continue;
    EXPECT_NE(find_key(span), nullptr) << "there is no setting " << span;
    ++named;
  }
  EXPECT_GT(named, 20U);
}

}  // namespace
}  // namespace boxoffice
