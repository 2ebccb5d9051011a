#pragma once

#include <cstddef>
#include <string>

namespace boxoffice::http {

/// Bytes that nobody can guess. Throws std::runtime_error when the system has none.
std::string draw_secret_bytes(std::size_t count);

}  // namespace boxoffice::http
