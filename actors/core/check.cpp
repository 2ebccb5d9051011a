#include "actors/core/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace boxoffice {

void check(bool holds, std::string_view what, std::source_location where) {
  if (holds) return;
  std::fprintf(stderr, "boxoffice: broken invariant at %s:%u: %.*s\n", where.file_name(),
               where.line(), static_cast<int>(what.size()), what.data());
  std::abort();
}

}  // namespace boxoffice
