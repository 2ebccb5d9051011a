#include "actors/core/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace boxoffice {

void check(bool holds, std::string_view what, const char* file, int line) {
  if (holds) return;
  std::fprintf(stderr, "boxoffice: broken invariant at %s:%d: %.*s\n", file, line,
               static_cast<int>(what.size()), what.data());
  std::abort();
}

}  // namespace boxoffice
