#include "config/settings_file.hpp"

#include "config/issuer_settings.hpp"
#include "config/limits.hpp"
#include "config/settings_keys.hpp"
#include "logging/log_line.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <exception>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>

#include <toml++/toml.h>

namespace boxoffice {
namespace {

std::string place(const std::filesystem::path& path, const toml::source_position& at) {
  return escape_json(path.string()) + ':' + std::to_string(at.line) + ':' +
         std::to_string(at.column);
}

raw_value convert_array(const toml::array& array) {
  std::vector<std::string> texts;
  for (const auto& node : array) {
    const auto text = node.value_exact<std::string>();
    if (!text) return unusable_value{"a list of other things than texts"};
    texts.push_back(*text);
  }
  return texts;
}

raw_value convert(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::string:
      return node.ref<std::string>();
    case toml::node_type::integer:
      return node.ref<std::int64_t>();
    case toml::node_type::boolean:
      return node.ref<bool>();
    case toml::node_type::array:
      return convert_array(*node.as_array());
    case toml::node_type::table:
      return unusable_value{"a table"};
    case toml::node_type::floating_point:
      return unusable_value{"a number with a fraction"};
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
      return unusable_value{"a date or time"};
    case toml::node_type::none:
      break;
  }
  return unusable_value{"nothing"};
}

struct found_entry {
  toml::source_position at;
  settings_file::entry entry;
};

/// **Why** the quotes: `"auth.dev" = true` is one key with a dot in it, not `dev` of `[auth]`.
std::string part(std::string_view key) {
  return key.find('.') == std::string_view::npos ? std::string{key} : '"' + std::string{key} + '"';
}

found_entry find_entry(const std::filesystem::path& path, std::string name, const toml::key& key,
                       const toml::node& node) {
  const auto at = key.source().begin;
  return {at, {std::move(name), place(path, at), place(path, node.source().begin), convert(node)}};
}

std::vector<settings_file::entry> in_order(std::vector<found_entry> found) {
  std::ranges::sort(found, {}, [](const found_entry& e) {
    return std::tuple{e.at.line, e.at.column};
  });
  std::vector<settings_file::entry> out;
  for (auto& one : found)
    out.push_back(std::move(one.entry));
  return out;
}

void collect(const std::filesystem::path& path, const toml::table& table,
             const std::string& section, std::vector<found_entry>& out) {
  for (const auto& [key, node] : table) {
    const std::string name = section + (section.empty() ? "" : ".") + part(key.str());
    if (node.is_table() && is_section(name)) {
      collect(path, *node.as_table(), name, out);
      continue;
    }
    if (name == issuer_list_name && node.is_array_of_tables()) continue;
    out.push_back(find_entry(path, name, key, node));
  }
}

std::vector<settings_file::table> collect_issuers(const std::filesystem::path& path,
                                                  const toml::table& root) {
  std::vector<settings_file::table> out;
  const auto* list = root.at_path(issuer_list_name).as_array();
  if (list == nullptr || !root.at_path(issuer_list_name).is_array_of_tables()) return out;
  for (const auto& node : *list) {
    std::vector<found_entry> found;
    for (const auto& [key, value] : *node.as_table())
      found.push_back(find_entry(path, std::string{key.str()}, key, value));
    out.push_back({place(path, node.source().begin), in_order(std::move(found))});
  }
  return out;
}

/// The one place that meets exceptions of toml++.
settings_file parse(const std::filesystem::path& path, std::string_view text) {
  settings_file out;
  try {
    const toml::table root = toml::parse(text, path.string());
    std::vector<found_entry> found;
    collect(path, root, "", found);
    out.entries = in_order(std::move(found));
    out.issuers = collect_issuers(path, root);
  } catch (const toml::parse_error& error) {
    out.mistakes.push_back(place(path, error.source().begin) +
                           ": not TOML: " + escape_json(error.description()));
  }
  return out;
}

settings_file refuse(const std::filesystem::path& path, std::string_view why) {
  settings_file out;
  out.mistakes.push_back(escape_json(path.string()) + ": " + std::string{why});
  return out;
}

}  // namespace

settings_file read_settings_file(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return refuse(path, "is a directory");
  errno = 0;
  std::ifstream in{path, std::ios::binary};
  if (!in) return refuse(path, std::string{"cannot be read: "} + std::strerror(errno));
  std::string text(limits::settings_file_bytes_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return refuse(path, "cannot be read");
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > limits::settings_file_bytes_max) return refuse(path, "is too large");
  return parse(path, text);
}

}  // namespace boxoffice
