#pragma once

#include <filesystem>

namespace boxoffice {

/// Whether the path is a readable file with at least one certificate in PEM.
bool holds_certificate(const std::filesystem::path& path);

}  // namespace boxoffice
