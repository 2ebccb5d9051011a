#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

/// Pages of the repository taken apart, for tests that compare them with the code. Tests run in the
/// root of the repository, which every path is relative to.
namespace boxoffice::tidy {

/// The whole page; empty when it is not there.
inline std::string read_page(const std::string& path) {
  std::ifstream page{path};
  return {std::istreambuf_iterator<char>{page}, {}};
}

inline std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    lines.emplace_back(line);
    text.remove_prefix(line.size() == text.size() ? line.size() : line.size() + 1);
  }
  return lines;
}

/// 1 for `# a`, 2 for `## a`, 0 for what is no heading. **Requires** that `line` is in no block of
/// code.
inline std::size_t level_of(std::string_view line) {
  const auto marks = line.find_first_not_of('#');
  return marks != line.npos && line[marks] == ' ' ? marks : 0;
}

/// What stands below the heading `name`, up to the next one of its level or above; with what is
/// below the headings in between.
inline std::string part_below(const std::string& page, std::string_view name) {
  std::string part;
  std::size_t inside = 0;
  bool in_code = false;
  for (const auto& line : lines_of(page)) {
    if (line.starts_with("```")) in_code = !in_code;
    const auto level = in_code ? 0 : level_of(line);
    if (level != 0 && inside != 0 && level <= inside) inside = 0;
    if (inside != 0) part += line + '\n';
    if (level != 0 && inside == 0 && std::string_view{line}.substr(level + 1) == name)
      inside = level;
  }
  return part;
}

/// The rows of all tables, without the lines between head and body.
inline std::vector<std::vector<std::string>> table_rows(const std::string& text) {
  constexpr std::string_view between = " | ";
  std::vector<std::vector<std::string>> rows;
  for (const auto& line : lines_of(text)) {
    if (!line.starts_with("| ")) continue;
    auto& cells = rows.emplace_back();
    std::string_view rest{line};
    rest.remove_prefix(2);
    for (auto end = rest.find(between); end != rest.npos; end = rest.find(between)) {
      cells.emplace_back(rest.substr(0, end));
      rest.remove_prefix(end + between.size());
    }
    cells.emplace_back(rest);
  }
  return rows;
}

/// What stands between backquotes, in order.
inline std::vector<std::string> code_spans(std::string_view text) {
  std::vector<std::string> found;
  for (auto at = text.find('`'); at != text.npos; at = text.find('`', at + 1)) {
    const auto end = text.find('`', at + 1);
    if (end == text.npos) break;
    found.emplace_back(text.substr(at + 1, end - at - 1));
    at = end;
  }
  return found;
}

}  // namespace boxoffice::tidy
