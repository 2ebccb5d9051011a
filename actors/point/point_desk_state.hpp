#pragma once

#include "actors/caf/wheel_timer.hpp"
#include "actors/core/deadlines.hpp"
#include "actors/core/idempotency.hpp"
#include "actors/point/account_messages.hpp"
#include "actors/point/point_desk.hpp"
#include "actors/point/point_desk_messages.hpp"
#include "actors/point/point_meters.hpp"
#include "actors/point/point_writer.hpp"
#include "config/log.hpp"

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include <caf/send.hpp>

namespace boxoffice {

/// The front of the point service: recognises retries, wakes accounts, routes to them, answers when
/// the committer reports, and starts over from the store when a commit fails.
///
/// Life cycle: starting (commands wait) → serving ⇄ recovering (commands are `unavailable`). A
/// generation is the span between two failures; what carries an older number is void.
class point_desk_state {
 public:
  using interface = point_desk_internal_actor;

  point_desk_state(interface::pointer self, const point_context& context);
  ~point_desk_state();
  point_desk_state(const point_desk_state&) = delete;
  point_desk_state& operator=(const point_desk_state&) = delete;

  // From clients.
  void on(const charge_points& m) { admit(m); }
  void on(const debit_points& m) { admit(m); }
  void on(const refund_points& m) { admit(m); }
  void on(const read_balance& m);
  void on(const list_transactions& m);

  // From accounts, the committer and the jobs.
  void on(const account_result& m) { finish(m); }
  void on(const commit_report& m);
  void on(const load_accounts&);
  void on(accounts_loaded& m);
  void on(charge_key_read& m);
  void on(steps_found& m);
  void on(const desk_memory_read& m);
  void on(const point_keys_pruned& m);
  void on(const point_desk_tick&);

 private:
  enum class phase : std::uint8_t { starting, serving, recovering };

  /// The place of one account: being loaded while `account` is empty.
  struct slot {
    user_id user;
    account_actor account;
    std::vector<account_command> waiting;  // for the load
    points balance;                        // of the last acknowledged write
    std::uint32_t in_flight{0};            // commands sent to the account and not yet ended
    time_point used_at{};
  };

  /// A command whose commit lost its answer.
  struct doubtful_command {
    account_result result;
    user_id user;
  };

  // point_desk.cpp: commands and accounts
  template <class Command>
  void admit(const Command& m);
  void take(const charge_points& m, const caf::actor& from);
  void take(const debit_points& m, const caf::actor& from);
  void take(const refund_points& m, const caf::actor& from);
  void take(const read_balance& m, const caf::actor& from);
  /// While writes cannot go on, reads can: what is not committed is void.
  void read_from_store(const user_id& user, std::uint64_t ticket, const caf::actor& from);
  void look_up_key(const charge_points& m, const caf::actor& from);
  void run_charge(const charge_points& m, const caf::actor& from);
  void route(const user_id& user, account_command command);
  void send_to_account(slot& to, account_command command);
  std::uint32_t open_slot(const user_id& user);
  void close_slot(std::uint32_t number);
  void load(std::uint32_t number);
  void load_next();
  void serve(account_loaded& m);
  void close_unloaded(std::uint32_t number, fault why);
  void passivate_if_idle(std::uint32_t number, time_point now);
  void finish(const account_result& result);
  void look_up_steps(const account_command& command);

  // point_desk_recovery.cpp: start, failure, timers
  void void_memory(const commit_report& failure);
  void read_memory();
  void settle_doubts(const desk_memory_read& m);
  void recover_later();
  void prune_keys();
  void set_timer(time_point due, std::uint64_t key);

  // replies
  void reject(const account_command& command, fault why);
  void reply(const account_command& command, fault why, const point_outcome& outcome);
  void reply(const charge_points& m, const caf::actor& to, fault why, key_verdict verdict,
             const point_outcome& outcome);
  void refuse(const charge_points& m, const caf::actor& to, fault why);
  void refuse(const debit_points& m, const caf::actor& to, fault why);
  void refuse(const refund_points& m, const caf::actor& to, fault why);
  void refuse(const read_balance& m, const caf::actor& to, fault why);

  enum class asked : bool { full, yes };
  /// Runs `fill(reader, result)` as a job; the result comes back as a message, with a fault when
  /// the store cannot be read.
  template <class Result, class Fill>
  [[nodiscard]] asked ask_store(Result result, Fill fill, const caf::actor& to) {
    auto job = [&reader = context_.reader, to, result = std::move(result),
                fill = std::move(fill)]() mutable {
      try {
        fill(reader, result);
      } catch (const std::exception& e) {
        log(log_level::error, "point", "the store cannot be read", {{"error", e.what()}});
        result.fault = fault::unavailable;
      }
      caf::anon_send(to, std::move(result));
    };
    const auto posted = context_.reads.post(std::move(job));
    return posted == job_runner::posted::yes ? asked::yes : asked::full;
  }
  [[nodiscard]] caf::actor desk() const { return caf::actor_cast<caf::actor>(self_); }

  interface::pointer self_;
  point_context context_;
  point_meters meters_;
  std::shared_ptr<point_writer> writer_;
  key_book keys_;
  phase phase_{phase::starting};
  std::uint32_t generation_{1};

  std::vector<std::function<void()>> before_start_;  // commands
  std::unordered_map<user_id, std::uint32_t> users_;
  std::vector<slot> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::size_t waiting_commands_{0};     // of all slots
  std::vector<std::uint32_t> to_load_;  // slots
  enum class loading : std::uint8_t { no, soon, now } loading_{loading::no};
  std::vector<account_result> done_;  // reused between reports

  enum class keys_known : bool { no, yes } keys_known_{keys_known::no};
  std::vector<doubtful_command> doubtful_;
  milliseconds retry_{0};
  deadlines wheel_;
  wheel_timer<point_desk_tick> timer_;
};

}  // namespace boxoffice
