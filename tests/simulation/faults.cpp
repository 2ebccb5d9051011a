#include "tests/simulation/faults.hpp"

#include <stdexcept>

namespace boxoffice::simulation {
namespace {

struct kind_traits {
  std::string_view name;
  std::uint64_t one_in;  ///< at its most frequent, of the occasions it has
};

// Occasions: messages and commits for the first twelve, scheduler steps for the others.
constexpr std::array<kind_traits, fault_kinds> traits{{{"message_lost", 8},
                                                       {"message_doubled", 8},
                                                       {"message_late", 8},
                                                       {"reply_lost", 8},
                                                       {"reply_doubled", 8},
                                                       {"reply_late", 8},
                                                       {"commit_failed", 10},
                                                       {"commit_forgotten", 20},
                                                       {"commit_unheard", 20},
                                                       {"write_refused", 40},
                                                       {"read_failed", 10},
                                                       {"reads_full", 20},
                                                       {"crash", 250},
                                                       {"crash_at_start", 3},
                                                       {"pause", 400},
                                                       {"usurped", 600},
                                                       {"clock_forward", 2000},
                                                       {"clock_back", 2000},
                                                       {"set_back", 40}}};

}  // namespace

std::string_view name_of(fault_kind kind) { return traits[static_cast<std::size_t>(kind)].name; }

fault_choice fault_choice::parse(std::string_view text) {
  fault_choice c;
  if (text == "all") return c;
  c.allowed_.fill(false);
  if (text == "none") return c;
  while (!text.empty()) {
    const auto name = text.substr(0, text.find(','));
    text.remove_prefix(name.size() == text.size() ? name.size() : name.size() + 1);
    std::size_t i = 0;
    while (i < fault_kinds && traits[i].name != name)
      ++i;
    if (i == fault_kinds) throw std::invalid_argument{"no such fault: " + std::string{name}};
    c.allowed_[i] = true;
  }
  return c;
}

fault_plan::fault_plan(const fault_choice& choice, dice& random) : random_{random} {
  for (std::size_t i = 0; i < fault_kinds; ++i) {
    const auto mood = random_.below(4);  // drawn for all, so that a choice leaves the rest alone
    if (mood != 0 && choice.allows(static_cast<fault_kind>(i)))
      one_in_[i] = traits[i].one_in << (2 * (mood - 1));
  }
}

bool fault_plan::strikes(fault_kind kind) {
  const auto n = rate(kind);
  if (!striking_ || n == 0 || !random_.one_in(n)) return false;
  ++counts_[static_cast<std::size_t>(kind)];
  return true;
}

}  // namespace boxoffice::simulation
