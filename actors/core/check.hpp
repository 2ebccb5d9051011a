#pragma once

#include <string_view>

namespace boxoffice {

/// Stops the process with the place and `what` when `holds` is false: a bug, never bad input.
/// **Why** always on: a ticket server that has lost track of itself must not go on selling.
/// `file` and `line` are the caller's. **Why** builtins: clang-tidy 14 knows no
/// std::source_location.
void check(bool holds, std::string_view what, const char* file = __builtin_FILE(),
           int line = __builtin_LINE());

}  // namespace boxoffice
