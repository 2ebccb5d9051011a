#pragma once

#include "actors/caf/deadline_timer.hpp"
#include "actors/core/deadlines.hpp"
#include "actors/durable/recovery.hpp"
#include "actors/durable/store_reads.hpp"
#include "actors/point/account_messages.hpp"
#include "actors/point/point_metrics.hpp"
#include "actors/point/point_service.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace boxoffice {

/// The accounts that are in memory: reads them from the store when somebody first asks for them,
/// all that are wanted in one go, passes commands on to them, and ends those that are idle or void.
/// **Thread**: the service's.
class account_directory {
 public:
  /// What the directory needs of its service, which outlives it.
  struct surroundings {
    point_context& context;
    point_metrics& metrics;
    std::shared_ptr<point_journal> writes;
    store_reads<point_reader>& reads;
    recovery& memory;
    caf::actor self;  ///< the service
    /// For a command that cannot be passed on.
    std::function<void(const account_command&, fault)> reject;
    /// For a question about a balance that needs no account.
    std::function<void(const account_command&, points)> show;
    timer_fn later;
  };
  explicit account_directory(surroundings around) : around_{std::move(around)} {}
  ~account_directory();
  account_directory(const account_directory&) = delete;
  account_directory& operator=(const account_directory&) = delete;

  /// Passes a command on to the account of its user, which is read first if need be.
  void pass_on(account_command command);
  /// A command has ended: `shown` is what its user sees of the balance from now on, unless null.
  void ended(const account_command& command, const points* shown);
  /// What this command's account knows is void: it ends, and is read again for whoever comes.
  void reload(const account_command& of);
  /// Asks the store about the payment of a command whose account has forgotten it.
  void look_up_steps(const account_command& command);
  /// The account failed: the next command reads it again.
  void failed(const account_failed& m);

  /// Ends all accounts, and hands over the commands that waited for one.
  void clear(const std::function<void(const account_command&)>& waited);

 private:
  /// The place of one account: being read while `account` is empty.
  struct slot {
    user_id user;
    account_actor account;
    std::uint64_t entity{0};
    std::vector<account_command> waiting;  // for the load
    points balance;                        // of the last acknowledged write
    std::uint32_t in_flight{0};            // commands sent to the account and not yet ended
    time_point used_at{};
  };
  struct loaded_accounts {
    std::vector<std::optional<point_reader::account_state>> states;
  };

  /// Whether the account that has this command is still the one in its slot.
  [[nodiscard]] bool is_here(const account_command& command) const {
    return command.memory == around_.memory.number() && command.entity != 0 &&
           slots_[command.slot].entity == command.entity;
  }
  void send_to_account(slot& to, account_command command);
  std::uint32_t open(const user_id& user);
  void close(std::uint32_t number);
  void load(std::uint32_t number);
  void load_next();
  void serve(std::uint32_t number, fault failed, std::optional<point_reader::account_state> state);
  void close_unread(std::uint32_t number, fault why);
  void passivate_idle();
  void passivate_if_idle(std::uint32_t number, time_point now);
  void watch(time_point due, std::uint32_t number);

  surroundings around_;
  std::unordered_map<user_id, std::uint32_t> users_;
  std::vector<slot> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::size_t waiting_commands_{0};     // of all slots
  std::vector<std::uint32_t> to_load_;  // slots
  enum class loading : std::uint8_t { no, soon, now } loading_{loading::no};
  deadlines idle_;
  deadline_timer timer_;
};

}  // namespace boxoffice
