#include "tests/simulation/faults.hpp"

#include <stdexcept>

namespace boxoffice::simulation {
namespace {

struct kind_traits {
  std::string_view name;
  std::uint64_t one_in;  ///< at its most frequent, of the occasions it has
};

// Occasions: messages and commits for the first twelve, scheduler steps for the others; the run, a
// look and a take-over where the name says so.
constexpr std::array<kind_traits, fault_kinds> traits{
    {{"message_lost", 8},     {"message_doubled", 8},   {"message_late", 8},
     {"reply_lost", 8},       {"reply_doubled", 8},     {"reply_late", 8},
     {"commit_failed", 10},   {"commit_forgotten", 20}, {"commit_unheard", 20},
     {"write_refused", 40},   {"read_failed", 10},      {"reads_full", 20},
     {"crash", 250},          {"crash_at_start", 3},    {"pause", 400},
     {"usurped", 600},        {"clock_forward", 2000},  {"clock_back", 2000},
     {"set_back", 40},        {"standing_by", 1},       {"handed_over", 600},
     {"cut_off", 600},        {"suspended", 1200},      {"look_failed", 8},
     {"probe_refused", 20},   {"take_over_late", 2},    {"linked", 1},
     {"link_cut", 300},       {"link_stalled", 600},    {"dial_failed", 4},
     {"machine_failed", 1500}}};

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

fault_plan::fault_plan(const fault_choice& choice, dice& random, dice& later)
    : random_{random}, later_{later} {
  for (std::size_t i = 0; i < fault_kinds; ++i) {
    const auto kind = static_cast<fault_kind>(i);
    const auto mood = dice_of(i).below(4);  // drawn for all, so that a choice leaves the rest alone
    if (!choice.allows(kind) || mood == 0) continue;
    if (kind != fault_kind::standing_by && kind != fault_kind::linked)
      one_in_[i] = traits[i].one_in << (2 * (mood - 1));
    else if (mood >= 2)  // one run in two
      one_in_[i] = counts_[i] = 1;
  }
  if (!stands_by()) {
    counts_[static_cast<std::size_t>(fault_kind::linked)] = 0;  // there is no link
    return;
  }
  // A standby takes over by the rules, and a store that is watched is not set back in secret.
  never(fault_kind::usurped);
  never(fault_kind::set_back);
}

bool fault_plan::strikes(fault_kind kind) {
  const auto n = rate(kind);
  if (!striking_ || n == 0 || !dice_of(static_cast<std::size_t>(kind)).one_in(n)) return false;
  ++counts_[static_cast<std::size_t>(kind)];
  return true;
}

}  // namespace boxoffice::simulation
