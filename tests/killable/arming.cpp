// Part of boxoffice-killable, which is the server and this file: it ends as if by `kill -9` at the
// fault point that KILL_AT names, when it is passed for the given time: `batch_begins:7`.
#include "actors/core/fault_points.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>

namespace boxoffice {
namespace {

fault_point armed{};
std::atomic<long> left{0};

void count_down(fault_point passed) {
  if (passed == armed && left.fetch_sub(1) == 1) std::raise(SIGKILL);
}

const bool is_armed = [] {
  const char* given = std::getenv("KILL_AT");
  if (given == nullptr) return false;
  const std::string text{given};
  const auto colon = text.find(':');
  const auto at = std::ranges::find(fault_point_names, text.substr(0, colon));
  if (at == fault_point_names.end() || colon == std::string::npos) {
    std::cerr << "KILL_AT: no such fault point, or no count: " << text << '\n';
    std::abort();
  }
  armed = static_cast<fault_point>(at - fault_point_names.begin());
  left = std::strtol(text.c_str() + colon + 1, nullptr, 10);
  at_fault_point = count_down;
  return true;
}();

}  // namespace
}  // namespace boxoffice
