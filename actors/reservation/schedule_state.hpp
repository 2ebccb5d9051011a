#pragma once

#include "actors/caf/deadline_timer.hpp"
#include "actors/reservation/schedule_parts.hpp"
#include "actors/reservation/schedule_replies.hpp"
#include "actors/reservation/schedule_sales.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace boxoffice {

/// A schedule as an actor: keeps it in memory while somebody asks for it, from the store and back,
/// and starts over when a write did not go as decided.
class schedule_state {
 public:
  using interface = accepts_also<schedule_actor, seat_answer, commit_report, continuation>;
  static constexpr auto name = "schedule";

  schedule_state(interface::pointer self, caf::actor front, std::shared_ptr<const schedule> of,
                 const reservation_context& context, std::shared_ptr<parked_entities> parked);
  ~schedule_state();
  schedule_state(const schedule_state&) = delete;
  schedule_state& operator=(const schedule_state&) = delete;

  void on(claim_seats& m) { admit(std::move(m)); }
  void on(forwarded<release_reservation>& m) { admit(std::move(m)); }
  void on(forwarded<confirm_reservation>& m) { admit(std::move(m)); }
  void on(forwarded<revert_reservation>& m) { admit(std::move(m)); }
  void on(forwarded<admit_ticket>& m) { admit(std::move(m)); }
  void on(forwarded<extend_hold>& m) { admit(std::move(m)); }
  void on(forwarded<read_seats>& m) { admit(std::move(m)); }
  void on(const forwarded<find_reservation>& m);
  void on(const forwarded<move_parked_reservation>& m);
  void on(const activate_schedule&);
  void on(const seat_answer& m);
  void on(const commit_report& m);

 private:
  struct loaded {
    reservation_reader::schedule_state rows;
    std::vector<bool> written;  ///< for each operation in doubt: the store has it
  };

  void admit(schedule_command c);
  void load();
  void recover(loaded& found);
  void refused(schedule_operation& op, const std::string& reason);
  void park(reservation_id id, const std::string& reason);
  void end_written(reservation_id id);
  void invalidate();
  void passivate_if_idle(time_point now);
  void on_timer();
  void finish();
  void show_holds();
  void show_version();

  schedule_parts parts_;
  schedule_replies replies_;
  schedule_sales sales_;
  schedule_journal::outcome settled_;         // reused between reports
  std::vector<schedule_operation> in_doubt_;  // the next load tells
  /// Reservations whose end the store refuses: they stay as they are.
  std::map<reservation_id, parked_entity> parked_;
  std::set<reservation_id> alone_;  // one of these is refused; each is written by itself
  /// Parked ones whose end an operator has tried again.
  struct second_try {
    caf::actor from;
    std::uint64_t correlation;
    reservation row;
  };
  std::map<reservation_id, second_try> tried_;
  std::pair<std::uint64_t, std::optional<time_point>> shown_version_;  // in seat_maps; 0: none
  deadline_timer timer_;
  time_point swept_at_{}, used_at_{};
  std::int64_t holds_shown_{0}, held_shown_{0};
  gauge& holds_live_;
  gauge& seats_held_;
  gauge& schedules_;
};

}  // namespace boxoffice
