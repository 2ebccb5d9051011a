#include "bench/compare/rounds.hpp"

#include <cmath>
#include <iostream>
#include <stdexcept>
#include <utility>

namespace boxoffice::compare {

std::string comparison::add(std::unique_ptr<side> one) {
  sides.push_back(std::move(one));
  return sides.back()->name();
}

namespace {

// The sides of round 0 are 0 1 2, of round 1 2 1 0, of round 2 1 2 0, of round 3 0 2 1, …
std::size_t turn_of(int round, std::size_t place, std::size_t count) {
  const auto step = round % 2 == 0 ? place : count - 1 - place;
  return (static_cast<std::size_t>(round / 2) + step) % count;
}

}  // namespace

outcome run_rounds(const comparison& what, const rounds_plan& plan) {
  outcome out{.name = what.name, .what = what.what, .durability = what.durability};
  const auto count = what.sides.size();
  for (const auto& each : what.sides)
    out.sides.push_back({each->name(), each->does(), {}});
  for (int round = 0; round < plan.rounds; ++round) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto turn = turn_of(round, i, count);
      if (what.settle) what.settle();
      auto& one = *what.sides[turn];
      auto measured = one.run(plan.time);
      std::cerr << what.name << ", round " << round + 1 << ": " << one.name() << " "
                << std::llround(measured.per_second) << "/s\n";
      if (measured.failed != 0)
        throw std::runtime_error{one.name() + ": " + std::to_string(measured.failed) +
                                 " failed, the first: " + measured.failure};
      out.sides[turn].rounds.push_back(std::move(measured));
    }
  }
  for (const auto& each : what.goals)
    out.goals.push_back(judge(out, each));
  return out;
}

}  // namespace boxoffice::compare
