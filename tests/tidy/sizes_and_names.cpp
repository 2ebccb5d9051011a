#include "tests/tidy/markdown.hpp"
#include "tests/tidy/rules.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

namespace boxoffice::tidy {
namespace {

// The first line that fits a path gives its limit.
struct size_limit {
  std::string_view path_begins;
  std::size_t lines_max;
};

constexpr size_limit size_limits[] = {
    {"main.cpp", 150},  // the composition root: a list of the parts
    {"tests/", 500},    // tables of cases are long, and read from top to bottom
    {"", 400},          // more than this has two jobs
};

constexpr std::size_t readme_lines_max = 60;

/// clang-format leaves comments as they are (`ReflowComments: false`), so that tables stay tables.
constexpr std::size_t comment_columns_max = 100;

/// Folders whose subfolders explain themselves in a README; below tests/ only its suites do, since
/// what is deeper mirrors the code.
constexpr std::string_view explained[] = {"config",   "actors", "storage", "http",
                                          "commands", "bench",  "tests"};

constexpr std::string_view empty_names[] = {"util",   "utils",   "utility", "utilities",
                                            "common", "types",   "manager", "managers",
                                            "helper", "helpers", "misc"};

bool is_explained(std::string_view folder) {
  const auto top = folder.substr(0, folder.find('/'));
  if (std::ranges::find(explained, top) == std::end(explained)) return false;
  return top != "tests" || std::ranges::count(folder, '/') <= 1;
}

/// Files of which there is one in many folders, always for the same.
constexpr std::string_view unlisted[] = {"precompiled.hpp", "main.cpp"};

/// Whether a README means a file by `span`: `token`, `token.hpp`, `token.*`, `<service>_token.cpp`.
bool names_file(std::string_view span, std::string_view stem) {
  const auto named = span.substr(0, span.find('.'));
  if (!named.starts_with('<')) return named == stem;
  const auto end = named.substr(std::min(named.find('>') + 1, named.size()));
  return !end.empty() && stem.size() > end.size() && stem.ends_with(end);
}

std::vector<std::string_view> words_of(std::string_view path) {
  std::vector<std::string_view> words;
  while (!path.empty()) {
    const auto end = std::min(path.find_first_of("/_-."), path.size());
    words.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return words;
}

}  // namespace

violations files_are_short(const source_tree& tree) {
  violations found;
  for (const auto& file : tree.files) {
    if (!is_cpp(file.path) && file.path != "dev") continue;
    const auto limit = std::ranges::find_if(
        size_limits, [&](const size_limit& row) { return file.path.starts_with(row.path_begins); });
    if (file.lines.size() > limit->lines_max) {
      found.push_back(
          {file.path, file.lines.size(),
           "longer than " + std::to_string(limit->lines_max) + " lines: it has two jobs"});
    }
  }
  return found;
}

violations folders_have_a_short_readme(const source_tree& tree) {
  std::map<std::string_view, const source_file*> readmes;
  std::set<std::string_view> with_files;
  for (const auto& file : tree.files) {
    const auto folder = folder_of(file.path);
    with_files.insert(folder);
    if (file.path.ends_with("/README.md")) readmes[folder] = &file;
  }
  violations found;
  for (const auto folder : with_files) {
    if (!is_explained(folder)) continue;
    const auto readme = readmes.find(folder);
    if (readme == readmes.end()) {
      found.push_back({std::string{folder}, 0, "has no README.md"});
    } else if (readme->second->lines.size() > readme_lines_max) {
      found.push_back({readme->second->path, readme->second->lines.size(),
                       "longer than " + std::to_string(readme_lines_max) + " lines"});
    }
  }
  return found;
}

violations readmes_list_their_files(const source_tree& tree) {
  std::map<std::string_view, const source_file*> readmes;
  for (const auto& file : tree.files)
    if (file.path.ends_with("/README.md")) readmes[folder_of(file.path)] = &file;
  violations found;
  for (const auto& file : tree.files) {
    const auto folder = folder_of(file.path);
    const auto readme = readmes.find(folder);
    if (!is_cpp(file.path) || folder.starts_with("tests") || readme == readmes.end()) continue;
    const auto name = std::string_view{file.path}.substr(folder.size() + 1);
    const auto stem = name.substr(0, name.rfind('.'));
    if (std::ranges::find(unlisted, name) != std::end(unlisted)) continue;
    const bool listed = std::ranges::any_of(readme->second->lines, [&](std::string_view line) {
      return std::ranges::any_of(code_spans(line),
                                 [&](std::string_view span) { return names_file(span, stem); });
    });
    if (!listed) found.push_back({file.path, 0, "is not listed in the README.md of its folder"});
  }
  return found;
}

violations names_say_what_is_inside(const source_tree& tree) {
  std::vector<std::string_view> paths{tree.folders.begin(), tree.folders.end()};
  for (const auto& file : tree.files)
    paths.emplace_back(file.path);
  violations found;
  for (const auto path : paths) {
    const auto name = path.substr(path.rfind('/') + 1);
    for (const auto word : words_of(name)) {
      if (std::ranges::find(empty_names, word) == std::end(empty_names)) continue;
      found.push_back(
          {std::string{path}, 0, "'" + std::string{word} + "' says nothing: name its job"});
    }
  }
  return found;
}

violations comments_fit_the_page(const source_tree& tree) {
  violations found;
  for (const auto& file : tree.files) {
    if (!is_cpp(file.path)) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const auto& line = file.lines[i];
      const auto first = line.find_first_not_of(' ');
      if (first == std::string::npos || line.compare(first, 2, "//") != 0) continue;
      const auto columns = std::ranges::count_if(line, [](char c) { return (c & 0xC0) != 0x80; });
      if (static_cast<std::size_t>(columns) > comment_columns_max)
        found.push_back({file.path, i + 1, "a comment of more than 100 columns"});
    }
  }
  return found;
}

}  // namespace boxoffice::tidy
