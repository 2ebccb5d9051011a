#pragma once

#include <chrono>
#include <thread>

namespace boxoffice::system_test {

/// Looks until `holds()` is true; false when it was not within about `patience`. The only wait of
/// these tests that is not for an event.
template <class Condition>
bool eventually(Condition holds, std::chrono::milliseconds patience = std::chrono::seconds{5}) {
  constexpr std::chrono::milliseconds pause{20};
  for (auto tries = patience / pause; tries > 0; --tries) {
    if (holds()) return true;
    std::this_thread::sleep_for(pause);
  }
  return holds();
}

}  // namespace boxoffice::system_test
