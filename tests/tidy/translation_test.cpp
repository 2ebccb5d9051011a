// README.ko.md says in Korean what README.md says: the same headings, commands, names and figures.
// Run in the root of the repository.
#include "tests/tidy/markdown.hpp"

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::tidy {
namespace {

/// A page taken apart: what both languages have in common, and nothing else.
struct page_parts {
  std::vector<std::size_t> levels;    ///< of the headings, in order
  std::vector<std::string> commands;  ///< the lines of all blocks of code, without comments
  std::vector<std::string> names;     ///< code within text, sorted: each language has its own order
  std::vector<std::string> links;     ///< sorted
  std::vector<std::string> figures;   ///< numbers within text, sorted
  std::vector<std::size_t> cells;     ///< of the rows of tables, in order
};

/// The command of a line of shell: what stands before a comment.
std::string without_shell_comment(const std::string& line) {
  const auto first = line.find_first_not_of(' ');
  if (first == line.npos || line[first] == '#') return {};
  auto end = std::min(line.find(" # "), line.find("    #"));
  if (end == line.npos) end = line.size();
  while (end > 0 && line[end - 1] == ' ')
    --end;
  return line.substr(0, end);
}

/// Takes the code and the links out of a line, and adds them to `into`.
std::string plain_text(const std::string& line, page_parts& into) {
  std::string text;
  for (std::size_t i = 0; i < line.size();) {
    const auto code_end = line[i] == '`' ? line.find('`', i + 1) : line.npos;
    const auto link_end = line.compare(i, 2, "](") == 0 ? line.find(')', i) : line.npos;
    if (code_end != line.npos) {
      into.names.push_back(line.substr(i + 1, code_end - i - 1));
      i = code_end + 1;
    } else if (link_end != line.npos) {
      const auto target = line.substr(i + 2, link_end - i - 2);
      if (target != "README.md" && target != "README.ko.md") into.links.push_back(target);
      i = link_end + 1;
    } else {
      text += line[i++];
    }
  }
  return text;
}

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

/// `14,275`, `0.13`, `2026-11-26`; what is part of a word, like `p50`, is none.
void add_figures(std::string_view text, std::vector<std::string>& into) {
  for (std::size_t i = 0; i < text.size();) {
    const bool begins =
        is_digit(text[i]) && (i == 0 || std::isalnum(static_cast<unsigned char>(text[i - 1])) == 0);
    if (!begins) {
      ++i;
      continue;
    }
    auto end = i;
    while (end < text.size() &&
           (is_digit(text[end]) || (end + 1 < text.size() && is_digit(text[end + 1]) &&
                                    std::string_view{",.-"}.find(text[end]) != text.npos)))
      ++end;
    into.emplace_back(text.substr(i, end - i));
    i = end;
  }
}

page_parts take_apart(const std::string& path) {
  page_parts parts;
  bool in_code = false;
  for (const auto& line : lines_of(read_page(path))) {
    if (line.starts_with("```")) {
      in_code = !in_code;
      parts.commands.push_back(line);
    } else if (in_code || line.starts_with("    ")) {
      if (auto command = without_shell_comment(line); !command.empty())
        parts.commands.push_back(std::move(command));
    } else {
      if (const auto level = level_of(line)) parts.levels.push_back(level);
      if (line.starts_with('|'))
        parts.cells.push_back(static_cast<std::size_t>(std::ranges::count(line, '|')));
      add_figures(plain_text(line, parts), parts.figures);
    }
  }
  for (auto* list : {&parts.names, &parts.links, &parts.figures})
    std::ranges::sort(*list);
  return parts;
}

TEST(KoreanReadme, HasTheHeadingsCommandsNamesAndFiguresOfTheEnglishOne) {
  const auto english = take_apart("README.md");
  const auto korean = take_apart("README.ko.md");
  ASSERT_GT(english.commands.size(), 40U);
  EXPECT_EQ(korean.levels, english.levels);
  EXPECT_EQ(korean.commands, english.commands);
  EXPECT_EQ(korean.names, english.names);
  EXPECT_EQ(korean.links, english.links);
  EXPECT_EQ(korean.figures, english.figures);
  EXPECT_EQ(korean.cells, english.cells);
}

TEST(KoreanReadme, IsComparedByWhatLanguagesShare) {
  page_parts parts;
  EXPECT_EQ(plain_text("see [x](a.md) and `b` of 3", parts), "see [x and  of 3");
  EXPECT_EQ(parts.names, std::vector<std::string>{"b"});
  EXPECT_EQ(parts.links, std::vector<std::string>{"a.md"});
  add_figures("2,000 in 0.13 s, p50, 2026-11-27.", parts.figures);
  EXPECT_EQ(parts.figures, (std::vector<std::string>{"2,000", "0.13", "2026-11-27"}));
  EXPECT_EQ(without_shell_comment("    ./dev run       # builds it"), "    ./dev run");
  EXPECT_EQ(without_shell_comment("RUN=$(date +%s)-$$    # its own"), "RUN=$(date +%s)-$$");
  EXPECT_EQ(without_shell_comment("  # alone"), "");
}

}  // namespace
}  // namespace boxoffice::tidy
