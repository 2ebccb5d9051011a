#pragma once

#include "actors/cluster/standing_by.hpp"
#include "tests/simulation/processes.hpp"
#include "tests/simulation/promises.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace boxoffice::simulation {

/// Two nodes of one service over one store: one owns it, the other stands by and takes over
/// (docs/decisions/0022). They decide as real ones do: `cluster::standing_by`, `store_board`, the
/// comparison and the fence of actors/commit/fence.hpp.
///
/// A supervisor starts again whatever ends. Each node has a clock of its own rate.
class node_pair {
 public:
  /// How long a row has to stand still.
  static constexpr milliseconds wait{2'000};

  struct surroundings {
    service what;
    dice& random;
    fault_plan& faults;
    const process_surroundings& around;
    promises& kept;
    std::function<std::uint64_t()> next_number;
    /// Takes a life that has ended down.
    std::function<void(std::unique_ptr<process>)> retire;
  };
  explicit node_pair(surroundings in);
  ~node_pair();
  node_pair(const node_pair&) = delete;
  node_pair& operator=(const node_pair&) = delete;

  /// What goes wrong, of the kinds that have to do with nodes.
  void strike();
  /// Whatever is due.
  void tend();
  [[nodiscard]] time_point next() const;
  void pass(milliseconds by);
  void add_lives(std::vector<process*>& to) const;
  /// Whom a caller reaches who knows of the younger of two owners; null: nobody serves.
  [[nodiscard]] process* youngest() const;
  /// … or of any.
  [[nodiscard]] process* any() const;
  [[nodiscard]] bool reaches_store(const process& life) const;

  /// kill -9 of the node that owns the store, or of the one that stands by.
  void crash_owner();
  void heal();
  /// Whoever lives ends, and comes back.
  void restart();
  /// Whether somebody owns the store, and may answer.
  [[nodiscard]] bool is_whole() const;

 private:
  enum class phase : std::uint8_t { down, looking, taking, taken, owning, leaving, ending };
  struct look {
    enum class stage : std::uint8_t { sent, read } at{stage::sent};
    time_point asked;
    bool fails{false};
    cluster::owner_row row;
  };
  struct node {
    std::string name;
    phase is{phase::down};
    time_point due{}, goes_on{}, reaches_from{};
    bool paused{false};
    time_point dies_at{time_point::max()};
    bool next_is_blind{false};
    bool was_suspended{false};  // its own timers stood still as well
    std::int64_t rate{1'000};
    std::optional<cluster::standing_by> rules;
    std::optional<look> looks;
    cluster::owner_row seen;
    std::uint64_t noted{0};  // in its data directory: what its last process owned
    std::uint64_t epoch{0};
    std::unique_ptr<process> life;
    std::uint64_t dies_after{0};  // steps; 0: it does not
  };

  void strike_owner();
  void act(node& at);
  void stand_by(node& at);
  void begin_look(node& at);
  void read_row(node& at);
  void hear_look(node& at);
  void take_over(node& at);
  void judge_need(const node& taker);
  void begin_life(node& at);
  void own(node& at);
  void finish(node& at);
  void end(node& at, milliseconds back);
  void pause(node& at, milliseconds time);
  void give_back_claim(const node& at);
  [[nodiscard]] time_point clock_of(const node& at) const;
  [[nodiscard]] address address_of(const node& at) const;
  [[nodiscard]] bool is_cut_off(const node& at) const;
  [[nodiscard]] milliseconds soon(std::uint64_t max);
  [[nodiscard]] node& victim();
  [[nodiscard]] node* owner();
  void note(const node& at, const std::string& what) const;

  surroundings in_;
  std::array<node, 2> nodes_;
  const bool can_claim_;  // Redis has no lock for it
  const node* claimed_by_{nullptr};
};

}  // namespace boxoffice::simulation
