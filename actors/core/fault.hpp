#pragma once

#include <cstdint>

namespace boxoffice {

/// What infrastructure did to a command; business refusals are fields of their own.
enum class fault : std::uint8_t {
  none,
  unavailable,  ///< surely not done; the same request may succeed later
  overloaded,   ///< surely not done: a bounded queue was full
  in_doubt,     ///< perhaps done; asking again with the same key tells
  internal,  ///< surely not done: the store refuses it for what is in it. Asking again is in vain
};

}  // namespace boxoffice
