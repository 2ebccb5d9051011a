#include "config/nearest_name.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

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

}  // namespace

std::string nearest_name(std::string_view unknown, const std::vector<std::string>& known) {
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

}  // namespace boxoffice
