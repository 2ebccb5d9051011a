#include "config/settings.hpp"

#include <algorithm>
#include <string_view>

namespace boxoffice {

std::vector<settings_sources::variable> boxoffice_environment(const char* const* environ) {
  std::vector<settings_sources::variable> out;
  for (; environ != nullptr && *environ != nullptr; ++environ) {
    const std::string_view entry{*environ};
    const auto equals = entry.find('=');
    if (!entry.starts_with("BOXOFFICE_") || equals == std::string_view::npos) continue;
    out.push_back({std::string{entry.substr(0, equals)}, std::string{entry.substr(equals + 1)}});
  }
  std::ranges::sort(out, {}, &settings_sources::variable::name);
  return out;
}

}  // namespace boxoffice
