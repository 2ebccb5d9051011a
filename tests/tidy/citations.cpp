#include "tests/tidy/markdown.hpp"
#include "tests/tidy/rules.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice::tidy {
namespace {

constexpr std::string_view promises_page = "docs/PROMISES.md";
/// Pages in the root of the repository; every other one is cited with its folder.
constexpr std::string_view root_pages[] = {"README.md", "README.ko.md", "CONTRIBUTING.md",
                                           "CHANGELOG.md"};
constexpr std::string_view our_folders[] = {"actors/", "bench/",   "cmake/",    "commands/",
                                            "config/", "docs/",    "http/",     "storage/",
                                            "tests/",  "main.cpp", "CMakeLists"};
/// The rules and the planted violations name what is not there.
constexpr std::string_view own_folder = "tests/tidy/";

constexpr std::string_view path_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./";

bool is_page(std::string_view path) { return path.ends_with(".md"); }

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool is_word(char c) { return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0; }

/// Files and folders, also by what their names begin with.
class places {
 public:
  explicit places(const source_tree& tree) : paths_{tree.folders.begin(), tree.folders.end()} {
    for (const auto& file : tree.files)
      paths_.insert(file.path);
  }
  [[nodiscard]] bool has(const std::string& path) const { return paths_.contains(path); }
  /// A path as one cites it: as it is, as a folder, or without what ends its name (`docs/decisions/
  /// 0016`, `tests/system/audit_test`).
  [[nodiscard]] bool has_cited(std::string path) const {
    while (path.ends_with('/') || path.ends_with('.') || path.ends_with('-'))
      path.pop_back();
    if (has(path)) return true;
    const auto next = paths_.lower_bound(path);
    if (next == paths_.end() || !next->starts_with(path)) return false;
    const auto rest = std::string_view{*next}.substr(path.size());
    return rest.front() == '.' || (rest.front() == '-' && is_digit(path.back()));
  }

 private:
  std::set<std::string> paths_;
};

/// `http/../README.md` → `README.md`.
std::string plain_path(std::string_view folder, std::string_view target) {
  std::vector<std::string_view> parts;
  const auto add = [&](std::string_view path) {
    while (!path.empty()) {
      const auto part = path.substr(0, path.find('/'));
      path.remove_prefix(std::min(part.size() + 1, path.size()));
      if (part == ".." && !parts.empty())
        parts.pop_back();
      else if (!part.empty() && part != ".")
        parts.push_back(part);
    }
  };
  add(folder);
  add(target);
  std::string path;
  for (const auto part : parts)
    path.append(path.empty() ? "" : "/").append(part);
  return path;
}

/// The part of a line that speaks: all of a page, the comments of a source. Comments of SQL stand
/// in strings.
std::string_view spoken(const source_file& file, std::string_view line) {
  if (!is_cpp(file.path)) return line;
  const auto first = line.find_first_not_of(' ');
  if (first != line.npos && line.substr(first).starts_with("-- ")) return line.substr(first);
  return line.substr(without_comment(line).size());
}

/// Calls `visit(word)` for each longest run of the characters of a path.
template <class Visit>
void each_path(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const auto begin = text.find_first_of(path_characters);
    if (begin == text.npos) return;
    text.remove_prefix(begin);
    const auto path = text.substr(0, text.find_first_not_of(path_characters));
    visit(path);
    text.remove_prefix(path.size());
  }
}

/// Calls `visit(path)` for `decision 0016`, as if the path had been cited.
template <class Visit>
void each_decision(std::string_view text, Visit visit) {
  constexpr std::string_view word = "decision";
  constexpr std::size_t digits = 4;
  for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
    auto rest = text.substr(at + word.size());
    if (rest.starts_with('s')) rest.remove_prefix(1);
    if (!rest.starts_with(' ')) continue;
    const auto number = rest.substr(1, digits);
    if (number.size() == digits && std::ranges::all_of(number, is_digit))
      visit("docs/decisions/" + std::string{number});
  }
}

/// `## G7: …` → 7.
std::set<int> promises_of(const source_tree& tree) {
  std::set<int> found;
  for (const auto& file : tree.files) {
    if (file.path != promises_page) continue;
    for (const auto& line : file.lines)
      if (line.starts_with("## G")) found.insert(std::atoi(line.c_str() + 4));
  }
  return found;
}

/// The numbers of the promises that a text cites.
std::vector<int> promises_in(std::string_view text) {
  std::vector<int> found;
  for (auto at = text.find('G'); at != text.npos; at = text.find('G', at + 1)) {
    if (at != 0 && is_word(text[at - 1])) continue;
    auto end = at + 1;
    while (end < text.size() && is_digit(text[end]))
      ++end;
    const bool ends = end == text.size() || !is_word(text[end]);
    if (end == at + 1 || end - at > 3 || !ends) continue;
    found.push_back(std::atoi(std::string{text.substr(at + 1, end - at - 1)}.c_str()));
  }
  return found;
}

/// Every test as `Suite.Name`, those that CMake adds too, and every suite as `Suite.*`.
std::set<std::string> tests_of(const source_tree& tree) {
  std::set<std::string> found;
  for (const auto& file : tree.files) {
    if (!file.path.starts_with("tests/")) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string_view line = file.lines[i];
      constexpr std::string_view by_cmake = "add_test(NAME ";
      if (line.starts_with(by_cmake)) {
        const auto name = line.substr(by_cmake.size());
        found.emplace(name.substr(0, name.find(' ')));
      }
      const bool opens = line.starts_with("TEST(") || line.starts_with("TEST_F(") ||
                         line.starts_with("TEST_P(") || line.starts_with("TYPED_TEST(") ||
                         line.starts_with("TYPED_TEST_P(");
      if (!opens) continue;
      std::string text{line.substr(line.find('(') + 1)};
      if (text.find(')') == text.npos && i + 1 < file.lines.size()) text += file.lines[i + 1];
      std::erase(text, ' ');
      const auto comma = text.find(','), end = text.find(')');
      if (comma == text.npos || end == text.npos || comma > end) continue;
      const auto suite = text.substr(0, comma);
      found.insert(suite + ".*");
      found.insert(suite + '.' + text.substr(comma + 1, end - comma - 1));
    }
  }
  return found;
}

/// `Seat.IsSmall` or `Seat.*`.
bool is_test_name(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == text.npos || dot == 0 || dot + 1 == text.size()) return false;
  const auto suite = text.substr(0, dot), name = text.substr(dot + 1);
  const auto is_name = [](std::string_view word) {
    return std::isupper(static_cast<unsigned char>(word.front())) != 0 &&
           std::ranges::all_of(word, is_word);
  };
  return is_name(suite) && (name == "*" || is_name(name));
}

/// The words of a line that begin like our metrics, and our libraries.
std::vector<std::string> our_words(std::string_view line) {
  constexpr std::string_view begin = "boxoffice_";
  std::vector<std::string> found;
  for (auto at = line.find(begin); at != line.npos; at = line.find(begin, at + begin.size())) {
    if (at != 0 && is_word(line[at - 1])) continue;
    auto end = at + begin.size();
    while (end < line.size() && is_word(line[end]))
      ++end;
    if (end > at + begin.size()) found.emplace_back(line.substr(at, end - at));
  }
  return found;
}

/// What the text format of Prometheus makes of a histogram's name.
std::string without_ending_of_histogram(std::string name) {
  for (const std::string_view ending : {"_bucket", "_count", "_sum"})
    if (name.ends_with(ending)) name.resize(name.size() - ending.size());
  return name;
}

/// Calls `visit(line number, line)` for the lines of a page that are not a block of code.
template <class Visit>
void each_prose_line(const source_file& page, Visit visit) {
  bool in_code = false;
  for (std::size_t i = 0; i < page.lines.size(); ++i) {
    const auto& line = page.lines[i];
    if (line.starts_with("```")) in_code = !in_code;
    if (!in_code && !line.starts_with("    ")) visit(i + 1, line);
  }
}

/// The anchor that GitHub gives a heading.
std::string anchor_of(std::string_view heading) {
  std::string anchor;
  for (const char c : heading) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == ' ' || c == '-')
      anchor += '-';
    else if (is_word(c) || byte >= 0x80)
      anchor += static_cast<char>(byte < 0x80 ? std::tolower(byte) : byte);
  }
  return anchor;
}

std::set<std::string> anchors_of(const source_file& page) {
  std::set<std::string> found;
  each_prose_line(page, [&](std::size_t, std::string_view line) {
    if (const auto level = level_of(line)) found.insert(anchor_of(line.substr(level + 1)));
  });
  return found;
}

/// What stands in `](…)`.
std::vector<std::string> link_targets(std::string_view line) {
  std::vector<std::string> found;
  for (auto at = line.find("]("); at != line.npos; at = line.find("](", at + 2)) {
    const auto end = line.find(')', at);
    if (end == line.npos) break;
    found.emplace_back(line.substr(at + 2, end - at - 2));
  }
  return found;
}

}  // namespace

violations cited_pages_exist(const source_tree& tree) {
  const places all{tree};
  violations found;
  for (const auto& file : tree.files) {
    if (!(is_cpp(file.path) || is_page(file.path)) || file.path.starts_with(own_folder)) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const auto line = spoken(file, file.lines[i]);
      const auto expect = [&](const std::string& cited) {
        if (!all.has_cited(cited)) found.push_back({file.path, i + 1, "there is no page " + cited});
      };
      each_decision(line, expect);
      each_path(line, [&](std::string_view path) {
        const bool bare = is_page(path) && path.find('/') == path.npos &&
                          std::ranges::find(root_pages, path) == std::end(root_pages);
        if (path.starts_with("docs/") || (bare && is_cpp(file.path))) expect(std::string{path});
      });
    }
  }
  return found;
}

violations cited_files_exist(const source_tree& tree) {
  const places all{tree};
  violations found;
  for (const auto& page : tree.files) {
    if (!is_page(page.path) || page.path.starts_with(own_folder)) continue;
    each_prose_line(page, [&](std::size_t number, std::string_view line) {
      for (const auto& span : code_spans(line)) {
        const bool ours = std::ranges::any_of(
            our_folders, [&](std::string_view folder) { return span.starts_with(folder); });
        const bool whole = span.find_first_not_of(path_characters) == span.npos;
        if (!ours || !whole || all.has_cited(span) ||
            all.has_cited(plain_path(folder_of(page.path), span)))
          continue;
        found.push_back({page.path, number, "there is no " + span});
      }
    });
  }
  return found;
}

violations links_lead_somewhere(const source_tree& tree) {
  const places all{tree};
  violations found;
  for (const auto& page : tree.files) {
    if (!is_page(page.path)) continue;
    each_prose_line(page, [&](std::size_t number, std::string_view line) {
      for (const auto& target : link_targets(line)) {
        if (target.find("://") != target.npos) continue;
        const auto mark = std::min(target.find('#'), target.size());
        const auto path =
            mark == 0 ? page.path : plain_path(folder_of(page.path), target.substr(0, mark));
        const auto to = std::ranges::find(tree.files, path, &source_file::path);
        const bool leads =
            mark == target.size()
                ? all.has(path)
                : to != tree.files.end() && anchors_of(*to).contains(target.substr(mark + 1));
        if (!leads) found.push_back({page.path, number, "the link " + target + " leads nowhere"});
      }
    });
  }
  return found;
}

violations cited_promises_exist(const source_tree& tree) {
  const auto known = promises_of(tree);
  violations found;
  for (const auto& file : tree.files) {
    if (!(is_cpp(file.path) || is_page(file.path)) || file.path.starts_with(own_folder)) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const auto line = spoken(file, file.lines[i]);
      for (const auto number : promises_in(line)) {
        const auto name = "G" + std::to_string(number);
        if (!known.contains(number)) {
          found.push_back({file.path, i + 1, std::string{promises_page} + " has no " + name});
        } else if (is_cpp(file.path) && line.find(promises_page) == line.npos &&
                   (i == 0 || file.lines[i - 1].find(promises_page) == std::string::npos)) {
          found.push_back(
              {file.path, i + 1, name + " is cited without " + std::string{promises_page}});
        }
      }
    }
  }
  return found;
}

violations named_tests_exist(const source_tree& tree) {
  const auto known = tests_of(tree);
  violations found;
  for (const auto& page : tree.files) {
    if (!is_page(page.path) || page.path.starts_with(own_folder)) continue;
    each_prose_line(page, [&](std::size_t number, std::string_view line) {
      for (const auto& span : code_spans(line))
        if (is_test_name(span) && !known.contains(span))
          found.push_back({page.path, number, "there is no test " + span});
    });
  }
  return found;
}

// A test that asks for a metric which nobody has makes one, and reads 0 for ever.
violations named_meters_exist(const source_tree& tree) {
  const auto is_use = [](const source_file& file) {
    return is_page(file.path) || (is_cpp(file.path) && file.path.starts_with("tests/"));
  };
  std::set<std::string> known;
  for (const auto& file : tree.files) {
    const bool builds = file.path.ends_with("CMakeLists.txt") || file.path.ends_with(".cmake");
    if (!builds && (!is_cpp(file.path) || is_use(file))) continue;
    for (const auto& line : file.lines)
      for (auto& word : our_words(line))
        known.insert(std::move(word));
  }
  violations found;
  for (const auto& file : tree.files) {
    if (!is_use(file) || file.path.starts_with(own_folder)) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i)
      for (const auto& word : our_words(file.lines[i]))
        if (!known.contains(word) && !known.contains(without_ending_of_histogram(word)))
          found.push_back({file.path, i + 1, "nobody has a metric " + word});
  }
  return found;
}

}  // namespace boxoffice::tidy
