#include "tests/simulation/campaign.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iomanip>
#include <iostream>
#include <optional>
#include <poll.h>
#include <sstream>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace boxoffice::simulation {
namespace {

struct planted_name {
  planted_bug bug;
  std::string_view name;
};
constexpr std::array planted_names{
    planted_name{planted_bug::release_without_owner, "release_without_owner"},
    planted_name{planted_bug::no_fence, "no_fence"},
    planted_name{planted_bug::publish_before_commit, "publish_before_commit"},
    planted_name{planted_bug::answer_before_commit, "answer_before_commit"},
    planted_name{planted_bug::refund_without_business_key, "refund_without_business_key"},
    planted_name{planted_bug::no_tombstone, "no_tombstone"},
    planted_name{planted_bug::sweeper_decides, "sweeper_decides"},
    planted_name{planted_bug::timeout_undoes_completed, "timeout_undoes_completed"},
    planted_name{planted_bug::event_applied_again, "event_applied_again"},
    planted_name{planted_bug::basket_keeps_claims, "basket_keeps_claims"},
    planted_name{planted_bug::stale_memory, "stale_memory"},
    planted_name{planted_bug::key_after_effect, "key_after_effect"},
    planted_name{planted_bug::confirm_after_revert, "confirm_after_revert"},
    planted_name{planted_bug::epoch_by_counter, "epoch_by_counter"},
    planted_name{planted_bug::refused_is_done, "refused_is_done"},
    planted_name{planted_bug::relay_runs_ahead, "relay_runs_ahead"},
    planted_name{planted_bug::take_over_without_compare, "take_over_without_compare"},
    planted_name{planted_bug::no_read_fence, "no_read_fence"},
    planted_name{planted_bug::lease_from_answer, "lease_from_answer"},
    planted_name{planted_bug::lease_from_take_over, "lease_from_take_over"},
    planted_name{planted_bug::refused_renews, "refused_renews"},
    planted_name{planted_bug::gap_is_no_gap, "gap_is_no_gap"},
    planted_name{planted_bug::still_from_question, "still_from_question"},
    planted_name{planted_bug::waits_too_short, "waits_too_short"},
    planted_name{planted_bug::released_while_serving, "released_while_serving"},
    planted_name{planted_bug::sent_again_under_new_id, "sent_again_under_new_id"},
    planted_name{planted_bug::lost_with_the_link, "lost_with_the_link"},
    planted_name{planted_bug::unsettled_is_not_done, "unsettled_is_not_done"},
    planted_name{planted_bug::admitted_again, "admitted_again"},
    planted_name{planted_bug::extension_in_memory_only, "extension_in_memory_only"}};

void add(campaign_result& to, const campaign_result& more) {
  to.runs += more.runs;
  to.steps += more.steps;
  to.purchases += more.purchases;
  to.refunds += more.refunds;
  to.compensated += more.compensated;
  to.holds += more.holds;
  to.ledger += more.ledger;
  to.operations += more.operations;
  for (std::size_t i = 0; i < fault_kinds; ++i)
    to.faults[i] += more.faults[i];
  to.broken.insert(to.broken.end(), more.broken.begin(), more.broken.end());
}

// What a child process tells its parent over a pipe: a line when a seed begins, and lines with what
// became of it.
std::string packed(const campaign_result& r) {
  std::ostringstream out;
  out << "done " << r.runs << ' ' << r.steps << ' ' << r.purchases << ' ' << r.refunds << ' '
      << r.compensated << ' ' << r.holds << ' ' << r.ledger << ' ' << r.operations;
  for (const auto n : r.faults)
    out << ' ' << n;
  out << '\n';
  for (const auto& f : r.broken)
    out << "broken " << f.seed << ' ' << f.what << '\n';
  return out.str();
}

void say(int to, const std::string& text) {
  for (std::size_t sent = 0; sent < text.size();) {
    const auto n = write(to, text.data() + sent, text.size() - sent);
    if (n <= 0) _exit(1);
    sent += static_cast<std::size_t>(n);
  }
}

struct child {
  pid_t id;
  int reads;
  campaign part;
  std::string text;
};

child start_child(const campaign& part) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error{"no pipe"};
  const auto id = fork();
  if (id < 0) throw std::runtime_error{"no process"};
  if (id == 0) {
    close(ends[0]);
    for (auto one = part; one.seeds > 0; --one.seeds, ++one.first_seed) {
      auto alone = one;
      alone.seeds = 1;
      say(ends[1], "seed " + std::to_string(one.first_seed) + "\n");
      say(ends[1], packed(run_here(alone)));
    }
    _exit(0);
  }
  close(ends[1]);
  return {id, ends[0], part, {}};
}

void read_line(const std::string& line, campaign_result& into, std::uint64_t& running) {
  std::istringstream in{line};
  std::string what;
  in >> what;
  if (what == "seed") {
    in >> running;
  } else if (what == "done") {
    campaign_result r;
    in >> r.runs >> r.steps >> r.purchases >> r.refunds >> r.compensated >> r.holds >> r.ledger >>
        r.operations;
    for (auto& n : r.faults)
      in >> n;
    add(into, r);
    running = 0;
  } else if (what == "broken") {
    campaign_result::failure f{};
    in >> f.seed;
    in.get();
    std::getline(in, f.what);
    into.broken.push_back(std::move(f));
  }
}

// False at the end of what it says.
bool read_some(child& c) {
  std::array<char, 4096> part{};
  const auto n = read(c.reads, part.data(), part.size());
  if (n > 0) c.text.append(part.data(), static_cast<std::size_t>(n));
  return n > 0;
}

// A process that dies has found something: it counts as the failure of its seed, and the seeds
// after it go to another one.
std::optional<child> finish_child(child c, campaign_result& all) {
  close(c.reads);
  waitpid(c.id, nullptr, 0);
  std::uint64_t running = 0;
  std::istringstream lines{c.text};
  for (std::string line; std::getline(lines, line);)
    read_line(line, all, running);
  if (running == 0) return std::nullopt;
  ++all.runs;
  all.broken.push_back({running, "the process died, its last words are above"});
  const auto end = c.part.first_seed + c.part.seeds;
  if (running + 1 >= end) return std::nullopt;
  c.part.first_seed = running + 1;
  c.part.seeds = end - c.part.first_seed;
  return start_child(c.part);
}

// Reads from all at once: whoever is not read from stands still.
campaign_result run_processes(const campaign& what) {
  const auto jobs = what.jobs != 0 ? what.jobs : std::max(1U, std::thread::hardware_concurrency());
  std::vector<child> children;
  auto next = what.first_seed;
  for (unsigned i = 0; i < jobs; ++i) {
    auto part = what;
    part.first_seed = next;
    part.seeds = what.seeds / jobs + (i < what.seeds % jobs ? 1 : 0);
    next += part.seeds;
    if (part.seeds != 0) children.push_back(start_child(part));
  }
  campaign_result all;
  while (!children.empty()) {
    std::vector<pollfd> ends;
    for (const auto& c : children)
      ends.push_back({c.reads, POLLIN, 0});
    if (poll(ends.data(), ends.size(), -1) < 0) throw std::runtime_error{"no poll"};
    for (auto i = children.size(); i-- > 0;) {
      if (ends[i].revents == 0 || read_some(children[i])) continue;
      auto again = finish_child(std::move(children[i]), all);
      if (again)
        children[i] = std::move(*again);
      else
        children.erase(children.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  std::ranges::sort(all.broken, {}, &campaign_result::failure::seed);
  return all;
}

std::string replay_of(const campaign& what, std::uint64_t seed) {
  auto command = "./dev simulate --seed " + std::to_string(seed);
  if (what.faults != "all") command += " --faults " + what.faults;
  for (const auto& p : planted_names)
    if (p.bug == what.planted) command.append(" --planted ").append(p.name);
  return command + " --trace";
}

}  // namespace

planted_bug planted_by_name(std::string_view name) {
  for (const auto& p : planted_names)
    if (p.name == name) return p.bug;
  throw std::invalid_argument{"no such bug to plant: " + std::string{name}};
}

campaign_result run_here(const campaign& what) {
  planted_now = what.planted;
  campaign_result all;
  for (auto seed = what.first_seed; seed < what.first_seed + what.seeds; ++seed) {
    run_options how;
    how.seed = seed;
    how.faults = fault_choice::parse(what.faults);
    how.kept = what.prints_trace ? trace::detail::text : trace::detail::hash;
    const auto r = world{how}.run();
    if (what.prints_trace) std::cout << r.trace_text;
    campaign_result one;
    one.runs = 1;
    one.steps = r.steps;
    one.purchases = r.purchases;
    one.refunds = r.refunds;
    one.compensated = r.compensated;
    one.holds = r.holds;
    one.ledger = r.charges;
    one.operations = r.operations;
    one.faults = r.faults;
    if (!r.broken.empty()) one.broken.push_back({seed, r.broken});
    add(all, one);
  }
  planted_now = planted_bug::none;
  return all;
}

campaign_result run_seeds(const campaign& what, std::ostream& out) {
  auto r = what.single ? run_here(what) : run_processes(what);
  for (const auto& f : r.broken)
    out << "seed " << f.seed << ": " << f.what << "\n  replay: " << replay_of(what, f.seed) << '\n';
  out << r.runs << " seeds, " << r.broken.size() << " broken; " << r.steps << " steps, " << r.holds
      << " holds, " << r.purchases << " purchases that stand, " << r.refunds << " refunds, "
      << r.compensated << " compensations, " << r.ledger << " ledger rows, " << r.operations
      << " parked sagas resumed or aborted\nfaults injected:\n";
  for (std::size_t i = 0; i < fault_kinds; ++i)
    out << "  " << std::left << std::setw(18) << name_of(static_cast<fault_kind>(i)) << r.faults[i]
        << '\n';
  return r;
}

bool run_mutations(const campaign& what, std::ostream& out) {
  bool all = true;
  out << std::left << std::setw(30) << "planted bug" << std::setw(12) << "first seed"
      << "found in\n";
  for (const auto& p : planted_names) {
    auto part = what;
    part.planted = p.bug;
    // In growing portions: most are found at once.
    std::uint64_t tried = 0;
    campaign_result found;
    for (std::uint64_t portion = 50; found.broken.empty() && tried < what.seeds; portion *= 2) {
      part.first_seed = what.first_seed + tried;
      part.seeds = std::min(portion, what.seeds - tried);
      found = run_processes(part);
      tried += part.seeds;
    }
    out << std::setw(30) << p.name;
    if (found.broken.empty()) {
      all = false;
      out << std::setw(12) << "-"
          << "none of " << tried << " seeds\n";
    } else {
      out << std::setw(12) << found.broken.front().seed << found.broken.size() << " of "
          << part.seeds << " seeds: " << found.broken.front().what << '\n';
    }
    out.flush();
  }
  return all;
}

}  // namespace boxoffice::simulation
