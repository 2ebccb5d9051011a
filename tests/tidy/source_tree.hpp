#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice::tidy {

struct source_file {
  std::string path;  ///< from the root of the repository, with '/'
  std::vector<std::string> lines;
};

struct source_tree {
  std::vector<source_file> files;
  std::vector<std::string> folders;
};

/// The files and folders of the repository; without what is ignored (build/, var/) and hidden.
/// **Faults** std::filesystem::filesystem_error.
source_tree read_tree(const std::filesystem::path& root);

/// A file as the self-tests plant it: `text` is split into lines.
source_file make_file(std::string path, std::string_view text);

struct include_line {
  std::size_t line;    ///< from 1
  std::string target;  ///< what stands between the quotes or brackets
  bool quoted;         ///< "ours" as opposed to <theirs>
};

std::vector<include_line> includes_of(const source_file& file);

/// The line without its `//` comment; a `//` inside a string literal is not one.
std::string_view without_comment(std::string_view line);

bool is_header(std::string_view path);
bool is_cpp(std::string_view path);  ///< .cpp or .hpp

/// `actors/concert/seat.hpp` → `actors/concert`; a file of the root → empty.
std::string_view folder_of(std::string_view path);

}  // namespace boxoffice::tidy
