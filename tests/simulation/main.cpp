// boxoffice-simulate: runs seeds of the simulation and says which one breaks a promise.
#include "actors/core/planted_bugs.hpp"
#include "tests/simulation/campaign.hpp"

#include <charconv>
#include <exception>
#include <iostream>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace {

using namespace boxoffice::simulation;

constexpr std::string_view usage =
    "boxoffice-simulate [--seeds N] [--from S] [--seed S] [--faults LIST] [--jobs N] [--trace]\n"
    "                   [--mutations] [--planted NAME]\n\n"
    "  --seeds N      runs N seeds (default 200; with --mutations at most 2000), from --from "
    "(default 1)\n"
    "  --seed S       runs this one seed\n"
    "  --faults LIST  all (default), none, or names separated by commas\n"
    "  --jobs N       processes at the same time (default: one per core)\n"
    "  --trace        prints what happened, line by line (with --seed)\n"
    "  --planted NAME plants one bug first\n"
    "  --mutations    plants each bug in turn, and tells in how many seeds it was found\n\n"
    "Example: ./dev simulate --seeds 1000\n";

struct asked {
  campaign what;
  bool mutations{false};
};

std::uint64_t number(std::string_view text) {
  std::uint64_t n = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (failed != std::errc{} || end != text.data() + text.size())
    throw std::invalid_argument{"not a number: " + std::string{text}};
  return n;
}

std::optional<asked> parse(std::span<char*> arguments) {
  asked a;
  bool seeds_given = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view name{arguments[i]};
    const auto value = [&]() -> std::string_view {
      if (i + 1 == arguments.size())
        throw std::invalid_argument{std::string{name} + " needs a value"};
      return arguments[++i];
    };
    if (name == "--help") return std::nullopt;
    if (name == "--seeds")
      a.what.seeds = number(value()), seeds_given = true;
    else if (name == "--from")
      a.what.first_seed = number(value());
    else if (name == "--seed")
      a.what.first_seed = number(value()), a.what.seeds = 1, a.what.single = true;
    else if (name == "--faults")
      a.what.faults = value();
    else if (name == "--jobs")
      a.what.jobs = static_cast<unsigned>(number(value()));
    else if (name == "--trace")
      a.what.prints_trace = true;
    else if (name == "--planted")
      a.what.planted = planted_by_name(value());
    else if (name == "--mutations")
      a.mutations = true;
    else
      throw std::invalid_argument{"no such option: " + std::string{name}};
  }
  if (a.mutations && !seeds_given) a.what.seeds = 2000;  // some bugs need a rare moment
  return a;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const auto a = parse({argv + 1, static_cast<std::size_t>(argc > 0 ? argc - 1 : 0)});
    if (!a) {
      std::cout << usage;
      return 0;
    }
    if (a->mutations) return run_mutations(a->what, std::cout) ? 0 : 1;
    return run_seeds(a->what, std::cout).broken.empty() ? 0 : 1;
  } catch (const std::exception& e) {
    std::cerr << "boxoffice-simulate: " << e.what() << "\n\n" << usage;
    return 2;
  }
}
