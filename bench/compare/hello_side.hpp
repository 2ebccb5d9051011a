#pragma once

#include "bench/compare/side.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>

namespace boxoffice::compare {

/// `boxoffice-hello` with so many io threads under a closed loop.
std::unique_ptr<side> make_hello_side(const std::filesystem::path& program, int threads,
                                      std::size_t connections);

}  // namespace boxoffice::compare
