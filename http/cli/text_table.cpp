#include "http/cli/text_table.hpp"

#include "logging/log_line.hpp"

#include <algorithm>
#include <cstddef>
#include <ostream>

namespace boxoffice::http {
namespace {

// Characters, not bytes, of UTF-8.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

void text_table::add(std::vector<std::string> row) {
  for (auto& cell : row)
    cell = cell.empty() ? "-" : escape_json(cell);
  rows_.push_back(std::move(row));
}

void text_table::write(std::ostream& out) const {
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], width_of(row[i]));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i)
      out << row[i] << std::string(widths[i] - width_of(row[i]) + 2, ' ');
    out << row.back() << '\n';
  }
}

}  // namespace boxoffice::http
