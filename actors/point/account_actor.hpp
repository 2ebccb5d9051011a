#pragma once

#include "actors/core/epoch_numbers.hpp"
#include "actors/core/metrics.hpp"
#include "actors/point/account.hpp"
#include "actors/point/account_messages.hpp"

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

namespace boxoffice {

/// What every account of a service works with.
struct account_surroundings {
  std::shared_ptr<point_journal> writes;
  account_owner_actor service;
  epoch_numbers& ids;
  gauge& live;
  std::uint32_t slot{0};
  std::uint64_t entity{0};
};

/// The account actor of one user: takes commands one by one, lets the `account` decide, and
/// submits.
///
/// Life cycle: its service spawns it with what the store holds, and ends it with `end_account` when
/// it is idle or what it knows is void. **Ensures** every command ends in one `account_result`.
class account_state {
 public:
  using interface = account_actor;
  static constexpr auto name = "account";

  account_state(interface::pointer self, account core, account_surroundings around);
  ~account_state();
  account_state(const account_state&) = delete;
  account_state& operator=(const account_state&) = delete;

  void on(const account_command& m);
  void on(steps_found& m);
  void on(const end_account&);
  void failed();

 private:
  void decide(const account_command& m);
  void submit(const account_command& m, const account::decision& d);
  void answer_when_durable(const account_result& result);
  void look_up(const account_command& m);
  void end(const account_command& m, command_end how);

  interface::pointer self_;
  account account_;
  account_surroundings around_;
  // Commands for payments that the store is being asked about.
  std::unordered_map<payment_id, std::vector<account_command>> asking_;
};

}  // namespace boxoffice
