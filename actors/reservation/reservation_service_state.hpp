#pragma once

#include "actors/durable/journal.hpp"
#include "actors/durable/recovery.hpp"
#include "actors/durable/request_keys.hpp"
#include "actors/durable/store_reads.hpp"
#include "actors/reservation/concert_holds.hpp"
#include "actors/reservation/reservation_service.hpp"
#include "actors/reservation/schedule_actor.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <variant>
#include <vector>

namespace boxoffice {

/// The front of the reservation service: recognises retries, refuses what master data and the
/// waiting room refuse, forwards the rest to the actor of the schedule, and knows the holds of a
/// user across schedules.
class reservation_service_state {
 public:
  using interface = accepts_also<reservation_service_actor, hold_answers, confirm_answer,
                                 extension_answer, hold_released, commit_report, continuation>;
  static constexpr auto name = "reservation";

  reservation_service_state(interface::pointer self, const reservation_context& context);
  ~reservation_service_state();
  reservation_service_state(const reservation_service_state&) = delete;
  reservation_service_state& operator=(const reservation_service_state&) = delete;

  void on(hold_seats& m) { admit(m); }
  void on(release_reservation& m) { admit(m); }
  void on(find_reservation& m) { admit(m); }
  void on(list_reservations& m);
  void on(read_seats& m) { admit(m); }
  void on(confirm_reservation& m) { admit(m); }
  void on(revert_reservation& m) { admit(m); }
  void on(admit_ticket& m) { admit(m); }
  void on(extend_hold& m) { admit(m); }
  void on(const list_parked& m);
  void on(move_parked_reservation& m) { admit(m); }
  void on(const read_figures& m);
  void on(hold_answers& m);
  void on(confirm_answer& m);
  void on(extension_answer& m) { answer_kept(m); }
  void on(const hold_released& m) { holds_.remove(m.user, m.reservation); }
  void on(const commit_report& m);

 private:
  using hold_item = hold_answers::item;
  /// What the front itself refuses, and is remembered.
  using refusal_item = std::variant<hold_item, extension_answer>;
  using refusal_journal = journal<reservation_write, refusal_item>;
  struct schedule_entry {
    std::shared_ptr<const schedule> of;
    schedule_actor actor;
  };
  /// What the store remembered when the service started.
  struct stored_memory {
    key_page keys;
    std::vector<reservation> holds;
    std::vector<schedule_id> schedules;  ///< with holds
  };

  template <class Message>
  void admit(Message& m);
  void take(hold_seats& m, const caf::actor& caller);
  void take(extend_hold& m, const caf::actor& caller);
  template <class Message>
  void take(Message& m, const caf::actor& caller);
  template <class Message>
  void forward(const schedule_entry& to, Message& m, const caf::actor& caller);
  void start_hold(hold_seats& m, const caf::actor& caller);
  void extend(extend_hold& m, const caf::actor& caller);
  void refuse_hold(hold_item item);
  void keep_refusal(refusal_item item, reservation_write write);
  void answer_kept(hold_item& item);
  void answer_kept(extension_answer& item);
  void answer_refused(refusal_item& item, fault what);
  void look_up(refusal_item item);
  const schedule_entry* schedule_of(schedule_id id);
  void schedule_ended(const caf::down_msg& m);
  void load();

  interface::pointer self_;
  reservation_context context_;
  refusal_journal writes_;
  refusal_journal::outcome settled_;  // reused between reports
  store_reads<reservation_reader> reads_;
  recovery memory_;
  request_keys<reservation_reader> keys_;
  concert_holds holds_;
  std::unordered_map<schedule_id, schedule_entry> schedules_;
  const std::shared_ptr<parked_entities> parked_;
  std::array<counter*, 10> refused_{};  // by hold_refusal
  const gauge& seats_held_;             // which the schedules keep
  counter& extensions_;
};

}  // namespace boxoffice
