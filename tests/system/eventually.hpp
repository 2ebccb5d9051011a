#pragma once

#include <chrono>
#include <thread>

namespace boxoffice::system_test {

/// Lets a fault last, or a clock go on that is not ours: the heartbeat of a library, a server that
/// stands still. Nothing is waited for.
inline void let_pass(std::chrono::milliseconds time) { std::this_thread::sleep_for(time); }

/// Looks until `holds()` is true; false when it was not within about `patience`. The only wait of
/// these tests that is not for an event.
template <class Condition>
bool eventually(Condition holds, std::chrono::milliseconds patience = std::chrono::seconds{5}) {
  constexpr std::chrono::milliseconds pause{20};
  for (auto tries = patience / pause; tries > 0; --tries) {
    if (holds()) return true;
    let_pass(pause);
  }
  return holds();
}

}  // namespace boxoffice::system_test
