#pragma once

#include "actors/reservation/decisions.hpp"
#include "actors/reservation/schedule_parts.hpp"
#include "actors/reservation/schedule_replies.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <unordered_map>
#include <vector>

namespace boxoffice {

/// Carries out the commands of a schedule that is in memory:
///
///   command ──▶ poll: the seats are asked ──▶ write under way ──▶ durable: answer
///
/// A poll is over when all its seats have answered; claims never wait, so polls cannot deadlock. A
/// sale asks nobody: the reservation has its seats, so they are told. What gives seats back is
/// written first and told to the seats afterwards: a rival's claim comes later to the seat and
/// later to the store. One operation at a time per reservation; commands for a busy one queue up
/// behind it, so each sees durable facts only. **Requires** of all calls that the schedule is in
/// memory.
/// **Thread**: the schedule's.
class schedule_sales {
 public:
  schedule_sales(schedule_parts& parts, schedule_replies& replies);
  ~schedule_sales();
  schedule_sales(const schedule_sales&) = delete;
  schedule_sales& operator=(const schedule_sales&) = delete;

  /// Begins with a command.
  void execute(schedule_command& c);
  void seat_answered(const seat_answer& m);
  void made_durable(schedule_operation& op);
  /// Ends what has come to its deadline.
  void advance(time_point now);
  /// Writes holds that have ended as expired, for those who read the store; the ends of `alone` in
  /// writes of their own, so that one the store refuses takes no other along.
  void write_lapses(const std::set<reservation_id>& alone);
  /// Answers those who waited for the seats to change.
  void answer_waiting();
  /// Tells the seats of a reservation that it has them no more.
  void tell_free(const reservation& row);
  /// What is under way is void: gives back its commands.
  std::vector<schedule_command> clear();
  [[nodiscard]] bool is_idle() const { return polls_.empty() && behind_.empty(); }

 private:
  struct seat_poll {
    schedule_operation op;
    std::size_t open{0};  // answers still to come
    std::vector<seat_index> refused;
  };

  void run(std::monostate&) {}
  void run(claim_seats& m);
  void run(seats_question& m);
  void run(release_command& m) { run_on_reservation(m); }
  void run(confirm_command& m) { run_on_reservation(m); }
  void run(revert_command& m) { run_on_reservation(m); }
  void run(admit_command& m) { run_on_reservation(m); }
  void run(extend_command& m) { run_on_reservation(m); }
  void answer(const seats_question& m);
  template <class Command>
  void run_on_reservation(Command& c);
  void decide(release_command& m, const reservation& row);
  void decide(confirm_command& m, const reservation& row);
  void decide(revert_command& m, const reservation& row);
  void decide(admit_command& m, const reservation& row);
  void decide(extend_command& m, const reservation& row);
  void recall(reservation_id id);
  void run_behind(reservation_id id);
  void close_poll(seat_poll done);
  void write_hold(schedule_operation op);
  void refuse_hold(schedule_operation op);
  void refuse_absent(schedule_command& c);
  void refuse_extension(schedule_operation op);
  void write_change(schedule_operation op, reservation_change::effect what);
  bool write_lapses(std::vector<reservation_id> ids);

  live_reservations& reservations() { return parts_.memory->reservations; }

  schedule_parts& parts_;
  schedule_replies& replies_;
  std::map<std::uint64_t, seat_poll> polls_;
  std::uint64_t last_poll_{0};
  std::unordered_map<reservation_id, std::deque<schedule_command>> behind_;  // busy ones
  gauge& polls_open_;
  counter& expiries_;
};

}  // namespace boxoffice
