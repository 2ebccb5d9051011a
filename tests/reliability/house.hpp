#pragma once

#include "storage/sqlite/stores.hpp"
#include "tests/reliability/client_log.hpp"
#include "tests/reliability/crowd.hpp"
#include "tests/reliability/machine.hpp"
#include "tests/storage/disk/simulated_disk.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace boxoffice::reliability {

/// A node with its disk and its customers: a sale that goes on from one life of the node to the
/// next. All of it follows from one seed.
class house {
 public:
  explicit house(std::uint64_t seed, answering when = answering::after_commit);
  ~house();
  house(const house&) = delete;
  house& operator=(const house&) = delete;

  test::simulated_disk& disk() { return disk_; }
  chance& luck() { return luck_; }
  const client_log& log() const { return log_; }
  crowd& customers() { return crowd_; }

  /// Starts the node; false when the power went before it stood.
  bool start();
  /// The sale goes on for so many steps, or until the power goes.
  void sell(std::size_t steps);
  /// The node dies: at once, or because the power is gone already. What it had not synced is what
  /// the disk makes of it.
  enum class death : std::uint8_t { killed, power_cut };
  void die(death how);
  /// Everybody gets their answers, nobody wants anything new, every saga and event ends. Empty, or
  /// what is still open after so many steps.
  std::string settle();

  /// What clients were told against what is stored, and the audit of the books. **Requires** that
  /// the node is not running.
  enum class state : std::uint8_t { interrupted, settled };
  std::vector<std::string> findings(state now_is);

 private:
  void open_for_the_first_time();
  void one_step();

  test::simulated_disk disk_;
  chance luck_;
  const answering when_;
  client_log log_;
  crowd crowd_;
  std::unique_ptr<machine> machine_;
  time_point now_{testing::beginning};
};

}  // namespace boxoffice::reliability
