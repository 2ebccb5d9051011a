#include "bench/report/markup.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>

namespace boxoffice::report {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string number(double value) {
  if (value == 0) return "0";
  const auto size = std::floor(std::log10(std::abs(value)));
  const auto decimals = std::clamp(2 - static_cast<int>(size), 0, 6);
  std::ostringstream out;
  out << std::fixed << std::setprecision(decimals) << value;
  auto text = out.str();
  if (text.find('.') == text.npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string short_number(double value) {
  if (std::abs(value) >= 1e6) return number(value / 1e6) + "M";
  if (std::abs(value) >= 1e4) return number(value / 1e3) + "k";
  return number(value);
}

}  // namespace boxoffice::report
