#pragma once

#include "actors/caf/wheel_timer.hpp"
#include "actors/core/check.hpp"
#include "actors/reservation/decisions.hpp"
#include "actors/reservation/schedule_desk.hpp"
#include "actors/reservation/schedule_ledger.hpp"
#include "actors/reservation/woken_seats.hpp"
#include "actors/reservation/write_line.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace boxoffice {

/// The schedule desk. Everything it decides passes through these stations:
///
///   command ──▶ ledger ──▶ round: seats are asked ──▶ write under way ──▶ committed: answer
///
/// A round is over when all its seats have answered; claims never wait, so rounds cannot deadlock.
/// What gives seats back is written first and told to the seats afterwards: a rival's claim comes
/// later to the seat and later to the store. One operation at a time per reservation; commands for
/// a busy one queue up behind it, so each sees durable facts only.
class schedule_desk_state {
 public:
  using interface = accepts_also<schedule_desk_actor, seat_answer, commit_report, schedule_loaded,
                                 reservation_recalled, desk_tick>;

  schedule_desk_state(interface::pointer self, caf::actor front, std::shared_ptr<const schedule> of,
                      const reservation_context& context);
  ~schedule_desk_state();
  schedule_desk_state(const schedule_desk_state&) = delete;
  schedule_desk_state& operator=(const schedule_desk_state&) = delete;

  void on(claim_basket& m) { take(std::move(m)); }
  void on(passed_on<release_reservation>& m) { take(std::move(m)); }
  void on(passed_on<confirm_reservation>& m) { take(std::move(m)); }
  void on(passed_on<revert_reservation>& m) { take(std::move(m)); }
  void on(passed_on<read_seats>& m) { take(std::move(m)); }
  void on(const passed_on<find_reservation>& m);
  void on(const wake_desk&);
  void on(const seat_answer& m);
  void on(const commit_report& m);
  void on(schedule_loaded& m);
  void on(reservation_recalled& m);
  void on(const desk_tick&);

 private:
  using release_command = passed_on<release_reservation>;
  using confirm_command = passed_on<confirm_reservation>;
  using revert_command = passed_on<revert_reservation>;
  using seats_question = passed_on<read_seats>;
  using command = std::variant<std::monostate, claim_basket, release_command, confirm_command,
                               revert_command, seats_question>;

  /// One command on its way; monostate: the sweeper's.
  struct operation {
    command asked;
    hold_outcome outcome;  ///< `held` is the row as written, whatever was asked
    confirm_refusal refusal{confirm_refusal::none};
  };
  struct round {
    operation op;
    std::size_t open{0};  // answers still to come
    std::vector<seat_index> refused;
  };
  using line = write_line<reservation_write, operation>;
  using submitted = line::committer_type::submitted;

  // Commands (schedule_desk.cpp).
  template <class Command>
  void take(Command&& c) {
    if (!ledger_) return keep(std::forward<Command>(c));
    begin(c);
    finish();
  }
  template <class Command>
  void begin(Command& c) {
    used_at_ = c.now;
    advance(c.now);
    run(c);
  }
  void begin(std::monostate&) {}
  void run(claim_basket& m);
  void run(seats_question& m);
  void run(release_command& m);
  void run(confirm_command& m);
  void run(revert_command& m);
  template <class Command>
  void run_on_reservation(Command& c);
  void judge(release_command& m, const reservation& row);
  void judge(confirm_command& m, const reservation& row);
  void judge(revert_command& m, const reservation& row);
  void recall(reservation_id id);
  void resume(reservation_id id);
  void advance(time_point now);
  void finish();
  void show_version();

  // Rounds and writes (schedule_desk_rounds.cpp).
  void open_hold_round(claim_basket& m, const reservation& row);
  void open_sale_round(operation op);
  void close_round(round done);
  void write_hold(operation op);
  void refuse_hold(operation op);
  void write_sale(operation op);
  void write_change(operation op, reservation_change::effect what);
  void write_lapses();
  void tell_free(const reservation& row);

  // Answers (schedule_desk_answers.cpp).
  void settle(operation& op);
  void remember_late(const operation& op);
  void send(operation& op, boxoffice::fault what);
  void send_absent(const command& c);
  void refuse(command& c, boxoffice::fault what);
  void flush_holds();

  // Memory (schedule_desk_memory.cpp).
  template <class Command>
  void keep(Command&& c) {
    keep_command(command{std::forward<Command>(c)});
  }
  void keep_command(command c);
  void load();
  void load_failed();
  void give_up(line::settled verdict);
  void drop_books();
  void unload_if_idle(time_point now);
  void arm(time_point now);

  interface::pointer self_;
  caf::actor front_;
  std::shared_ptr<const schedule> schedule_;
  reservation_context context_;
  line line_;
  woken_seats seats_;

  std::unique_ptr<schedule_ledger> ledger_;  // null: not in memory
  std::unordered_map<std::uint64_t, round> rounds_;
  std::uint64_t last_round_{0};
  std::unordered_map<reservation_id, std::deque<command>> behind_;  // commands for busy ones
  hold_answers holds_answered_;

  std::vector<command> waiting_;     // while loading
  std::vector<operation> doubtful_;  // the next load tells
  enum class loading : std::uint8_t { no, yes } loading_{loading::no};
  enum class wanted : std::uint8_t { no, yes } wanted_{wanted::no};  // load without being asked
  time_point retry_at_{};
  milliseconds retry_pause_{0};
  std::uint64_t last_version_{0};
  std::pair<std::uint64_t, std::optional<time_point>> shown_version_;  // in seat_maps; 0: none

  wheel_timer<desk_tick> timer_;
  time_point swept_at_{}, used_at_{};
  std::int64_t holds_shown_{0};
  gauge& holds_live_;
  gauge& desks_;
  gauge& rounds_open_;
  counter& expiries_;
};

}  // namespace boxoffice
