#pragma once

#include "actors/audit/audit.hpp"
#include "tests/simulation/durable.hpp"
#include "tests/simulation/faults.hpp"
#include "tests/simulation/network.hpp"
#include "tests/simulation/nodes.hpp"
#include "tests/simulation/processes.hpp"
#include "tests/simulation/promises.hpp"
#include "tests/simulation/trace.hpp"
#include "tests/simulation/visitor.hpp"
#include "tests/simulation/wires.hpp"

#include <any>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace boxoffice::simulation {

struct run_options {
  std::uint64_t seed{1};
  fault_choice faults{};
  trace::detail kept{trace::detail::hash};
};

struct run_result {
  std::string broken;  ///< the first promise that was not kept; empty when all were
  fault_counts faults{};
  std::uint64_t steps{0}, trace_lines{0}, trace_hash{0};
  std::uint64_t purchases{0}, refunds{0}, compensated{0}, charges{0}, holds{0};
  std::uint64_t operations{0};  ///< resumes and aborts of parked sagas
  std::string trace_text;       ///< when asked for
};

/// All services and some visitors on one thread, in virtual time, from one seed.
///
/// Life cycle: set-up without faults → fault phase → healing: nothing goes wrong any more, every
/// request gets its answer, every saga ends, all events are applied, every seat that is not sold
/// can be had → result. The auditor looks at the rows again and again on the way.
class world {
 public:
  explicit world(const run_options& how);
  ~world();
  world(const world&) = delete;
  world& operator=(const world&) = delete;

  run_result run();

 private:
  struct usurper {
    std::unique_ptr<process> old;
    time_point wakes, ends;
  };
  struct place {
    std::unique_ptr<process> alive;  // null: crashed
    time_point back{};               // when a crashed one starts, or a paused one goes on
    std::uint64_t dies_after{0};     // steps, while it recovers; 0: it does not
  };

  void set_up();
  void step();
  void pass(milliseconds by);
  [[nodiscard]] milliseconds until_next() const;
  void strike();
  void strike_places();
  void strike_clocks();
  void crash(service s);
  void start(service s);
  void tend();
  void operate();
  void heal();
  void heal_places();
  void settle();
  [[nodiscard]] bool is_quiet() const;
  [[nodiscard]] std::vector<process*> lives() const;
  [[nodiscard]] process* life_of(service s) const;
  void start_nodes();
  void expect_owners();
  [[nodiscard]] bool has_owners() const;
  [[nodiscard]] bool leaves(const process& from, const std::any& reply);
  void judge_leaving(const process& from, const std::any& reply, bool late);
  [[nodiscard]] bool is_replaced(const process& life);
  [[nodiscard]] bool may_answer(const process& from);
  void try_every_seat();
  void probe_seats();
  void check_boards();
  void audit_now(audit::reading how);
  [[nodiscard]] process* route(service s);
  place& at(service s) { return places_[static_cast<std::size_t>(s)]; }
  [[nodiscard]] bool in_pairs() const { return !pairs_.empty(); }
  void retire(std::unique_ptr<process> old);
  void note(const std::string& what);
  /// A question of the world itself, while nothing goes wrong.
  template <class Reply, class Command>
  Reply call(desk to, Command m);
  run_result result();

  run_options how_;
  dice random_, later_;
  trace events_;
  fault_plan faults_;
  time_point now_;
  durable stores_;
  std::array<std::any, service_count> copies_;  // of when each was started last
  catalogue_view catalogue_;
  promises promises_{stores_};
  network net_;
  wires wires_;
  link_judges judges_;
  std::optional<gateway> gateway_;
  process_surroundings around_;
  // Either one process per service, or two nodes.
  std::array<place, service_count> places_;
  std::vector<usurper> usurped_;
  std::vector<std::unique_ptr<node_pair>> pairs_;
  time_point owned_by_{time_point::max()};  // somebody has to own every store
  // As http/server/dispatcher.cpp has it: who is replaced says what became of a command with a key.
  // The door of links says nothing at all.
  bool keyed_leave_{true};
  std::vector<std::pair<user_id, reservation_id>> everybodys_;
  std::vector<std::unique_ptr<visitor>> visitors_;
  time_point operator_looks_{};
  std::uint64_t last_process_{0}, steps_{0}, operations_{0};
};

template <class Reply, class Command>
Reply world::call(desk to, Command m) {
  std::optional<Reply> heard;
  const auto number = net_.send(to, std::move(m),
                                [&](const std::any& r) { heard = std::any_cast<const Reply&>(r); });
  for (int i = 0; i < 100'000 && !heard; ++i)
    step();
  net_.forget(number);
  if (!heard) promises_.fail("the world itself gets no answer from " + std::string{name_of(to)});
  return heard.value_or(Reply{});
}

}  // namespace boxoffice::simulation
