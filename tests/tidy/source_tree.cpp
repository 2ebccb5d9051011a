#include "tests/tidy/source_tree.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace boxoffice::tidy {
namespace {

namespace fs = std::filesystem;

bool is_skipped(const fs::path& path) {
  const auto name = path.filename().string();
  return name.starts_with('.') || name == "build" || name == "var";
}

std::string read_text(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace

source_tree read_tree(const fs::path& root) {
  source_tree tree;
  for (fs::recursive_directory_iterator at{root}, end; at != end; ++at) {
    if (is_skipped(at->path())) {
      at.disable_recursion_pending();
      continue;
    }
    auto path = at->path().lexically_relative(root).generic_string();
    if (at->is_directory()) {
      tree.folders.push_back(std::move(path));
    } else if (at->is_regular_file()) {
      tree.files.push_back(make_file(std::move(path), read_text(at->path())));
    }
  }
  std::ranges::sort(tree.folders);
  std::ranges::sort(tree.files, {}, &source_file::path);
  return tree;
}

source_file make_file(std::string path, std::string_view text) {
  source_file file{std::move(path), {}};
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    file.lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return file;
}

std::vector<include_line> includes_of(const source_file& file) {
  constexpr std::string_view word = "#include";
  std::vector<include_line> found;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    std::string_view line = file.lines[i];
    if (!line.starts_with(word)) continue;
    line.remove_prefix(std::min(line.find_first_of("\"<"), line.size()));
    if (line.empty()) continue;
    const bool quoted = line.front() == '"';
    line.remove_prefix(1);
    found.push_back({i + 1, std::string{line.substr(0, line.find(quoted ? '"' : '>'))}, quoted});
  }
  return found;
}

std::string_view without_comment(std::string_view line) {
  bool in_string = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (in_string && line[i] == '\\') {
      ++i;
    } else if (line[i] == '"') {
      in_string = !in_string;
    } else if (!in_string && line.substr(i, 2) == "//") {
      return line.substr(0, i);
    }
  }
  return line;
}

bool is_header(std::string_view path) { return path.ends_with(".hpp"); }

bool is_cpp(std::string_view path) { return is_header(path) || path.ends_with(".cpp"); }

std::string_view folder_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

}  // namespace boxoffice::tidy
