#include "tests/simulation/trace.hpp"

namespace boxoffice::simulation {

void trace::add(milliseconds at, std::string_view line) {
  auto whole = std::to_string(at.count());
  whole.append(" ").append(line).append("\n");
  for (const auto c : whole)  // FNV-1a
    hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  ++lines_;
  if (kept_ == detail::text) text_ += whole;
}

}  // namespace boxoffice::simulation
