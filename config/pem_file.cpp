#include "config/pem_file.hpp"

#include <fstream>
#include <string>
#include <system_error>

namespace boxoffice {

bool holds_certificate(const std::filesystem::path& path) {
  std::error_code unreadable;
  if (!std::filesystem::is_regular_file(path, unreadable)) return false;
  std::ifstream file{path};
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("-----BEGIN CERTIFICATE-----")) return true;
  return false;
}

}  // namespace boxoffice
