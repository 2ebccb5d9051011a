#include "tests/tidy/rules.hpp"

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <string_view>

namespace boxoffice::tidy {
namespace {

enum class where_banned { everywhere, headers };

struct banned_word {
  std::string_view word;
  std::string_view why;
  where_banned where;
  std::initializer_list<std::string_view> allowed;  ///< beginnings of paths
};

// Looked for in code, not in comments.
const banned_word banned_words[] = {
    {"caf::infinite", "never wait without a deadline", where_banned::everywhere, {}},
    {"system_clock::now",
     "time is a parameter below the shells",
     where_banned::everywhere,
     {"actors/node/", "logging/log", "http/", "bench/", "tests/system/", "tests/rush/",
      "tests/http/"}},
    {"steady_clock::now",
     "time is a parameter below the shells",
     where_banned::everywhere,
     {"actors/node/", "storage/", "http/", "bench/", "samples/", "tests/", "main.cpp",
      "actors/commit/committer.hpp"}},  // the metric of a commit; nothing is decided by it
    {"sleep_for",
     "wait for an event with a deadline",
     where_banned::everywhere,
     {"tests/system/eventually.hpp",
      "tests/storage/sqlite/crash_test.cpp"}},  // so that each round kills at another moment
    {"sleep_until", "wait for an event with a deadline", where_banned::everywhere, {}},
    {"usleep", "wait for an event with a deadline", where_banned::everywhere, {}},
    {"using namespace", "it reaches every file that includes this one", where_banned::headers, {}},
    {"random_device",
     "randomness is handed in by the node",
     where_banned::everywhere,
     {"actors/node/", "http/", "main.cpp",  // http: salts and request ids
      "storage/backoff.cpp"}},              // spreads attempts
    {"beast::iequals",
     "it reads one byte too far; http/server/octets.hpp has another",
     where_banned::everywhere,
     {}},
    {"rand(", "randomness is handed in by the node", where_banned::everywhere, {}},
};

// Looked for everywhere, comments and pages included.
constexpr std::string_view unfinished[] = {"FIXME", "XXX", "HACK", "TODO"};

/// The tables above and the planted violations name what they forbid.
constexpr std::string_view own_folder = "tests/tidy/";

bool is_word_character(char c) {
  return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
}

bool has_word(std::string_view line, std::string_view word) {
  for (auto at = line.find(word); at != line.npos; at = line.find(word, at + 1)) {
    const auto end = at + word.size();
    const bool begins = at == 0 || !is_word_character(line[at - 1]);
    const bool ends =
        !is_word_character(word.back()) || end == line.size() || !is_word_character(line[end]);
    if (begins && ends) return true;
  }
  return false;
}

bool is_banned_in(const banned_word& row, std::string_view path) {
  if (row.where == where_banned::headers && !is_header(path)) return false;
  return std::ranges::none_of(row.allowed,
                              [&](std::string_view folder) { return path.starts_with(folder); });
}

bool is_text(std::string_view path) {
  constexpr std::string_view endings[] = {".cpp", ".hpp",  ".md",   ".txt", ".cmake",
                                          ".sh",  ".toml", ".json", ".sql", "dev"};
  return std::ranges::any_of(endings, [&](std::string_view e) { return path.ends_with(e); });
}

}  // namespace

violations no_banned_words(const source_tree& tree) {
  violations found;
  for (const auto& file : tree.files) {
    if (!is_cpp(file.path) || file.path.starts_with(own_folder)) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const auto code = without_comment(file.lines[i]);
      for (const auto& row : banned_words) {
        if (!is_banned_in(row, file.path) || !has_word(code, row.word)) continue;
        found.push_back(
            {file.path, i + 1, std::string{row.word} + " is banned here: " + std::string{row.why}});
      }
    }
  }
  return found;
}

violations no_unfinished_work(const source_tree& tree) {
  violations found;
  for (const auto& file : tree.files) {
    if (!is_text(file.path) || file.path.starts_with(own_folder)) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      for (const auto word : unfinished) {
        if (!has_word(file.lines[i], word)) continue;
        found.push_back({file.path, i + 1, std::string{word} + ": finish it or file an issue"});
      }
    }
  }
  return found;
}

violations headers_guard_themselves(const source_tree& tree) {
  violations found;
  for (const auto& file : tree.files) {
    if (!is_header(file.path) || file.path.ends_with("/precompiled.hpp")) continue;
    const auto guarded = std::ranges::find(file.lines, "#pragma once") != file.lines.end();
    if (!guarded) found.push_back({file.path, 1, "has no #pragma once"});
  }
  return found;
}

std::string to_text(const violations& found) {
  std::string text;
  for (const auto& [path, line, what] : found) {
    text += path;
    if (line != 0) text.append(":").append(std::to_string(line));
    text.append(": ").append(what).append("\n");
  }
  return text;
}

}  // namespace boxoffice::tidy
