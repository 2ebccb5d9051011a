#pragma once

#include <cstdint>
#include <random>

namespace boxoffice::test {

/// Seeded decisions. One seed, one sequence, on every machine.
class chance {
 public:
  explicit chance(std::uint64_t seed) : engine_{seed} {}
  std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : engine_() % bound; }
  bool percent(unsigned of_hundred) { return below(100) < of_hundred; }
  std::uint64_t next() { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

}  // namespace boxoffice::test
