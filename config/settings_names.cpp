#include "config/settings_names.hpp"

#include "config/settings_keys.hpp"
#include "logging/log_line.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

namespace boxoffice {
namespace {

/// Edits that turn one text into the other: insertions, deletions, replacements.
std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

std::string_view last_part(std::string_view name) { return name.substr(name.rfind('.') + 1); }

/// The nearest of `known` within a third of its length; else the one with the same last part, so
/// that `hold_seconds` and `seats.hold_seconds` find `reservation.hold_seconds`.
std::string nearest(std::string_view unknown, const std::vector<std::string>& known) {
  const std::string* best = nullptr;
  std::size_t best_edits = 0;
  for (const auto& name : known) {
    const auto edits = distance(unknown, name);
    if (edits <= name.size() / 3 && (best == nullptr || edits < best_edits)) {
      best = &name;
      best_edits = edits;
    }
  }
  if (best != nullptr) return *best;
  const auto same = std::ranges::find(known, last_part(unknown),
                                      [](const std::string& name) { return last_part(name); });
  return same == known.end() ? std::string{} : *same;
}

/// A key of an older version, and what has taken its place.
constexpr std::pair<std::string_view, std::string_view> gone_keys[] = {
    {"events.kind",
     "every broker has keys of its own, under events.rabbitmq, events.kafka and "
     "events.redis_streams"},
};

}  // namespace

std::string is_unknown(std::string_view what, std::string_view name, const std::string& nearest) {
  for (const auto& [key, instead] : gone_keys)
    if (name == key || name == variable_name(key))
      return std::string{what} + " \"" + std::string{name} + "\" is gone: " + std::string{instead};
  auto text = std::string{what} + " \"" + escape_json(name) + "\" is unknown";
  if (!nearest.empty()) text += "; did you mean \"" + nearest + "\"?";
  return text;
}

std::string nearest_key(std::string_view unknown) {
  std::vector<std::string> known;
  known.reserve(2 * setting_keys().size());
  for (const auto& key : setting_keys())
    known.emplace_back(key.name);
  for (const auto& key : setting_keys()) {
    for (auto dot = key.name.find('.'); dot != std::string_view::npos;
         dot = key.name.find('.', dot + 1)) {
      known.emplace_back(key.name.substr(0, dot));
    }
  }
  return nearest(unknown, known);
}

std::string nearest_variable(std::string_view unknown) {
  std::vector<std::string> known;
  known.reserve(setting_keys().size());
  for (const auto& key : setting_keys())
    known.push_back(variable_name(key.name));
  return nearest(unknown, known);
}

}  // namespace boxoffice
