#pragma once

#include "actors/core/idempotency.hpp"
#include "actors/reservation/concert_holds.hpp"
#include "actors/reservation/reservation_desk.hpp"
#include "actors/reservation/schedule_desk.hpp"
#include "actors/reservation/write_line.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace boxoffice {

/// What the store remembered when the service started; null when it cannot be read.
struct memory_loaded {
  struct contents {
    std::vector<digest> keys;
    std::vector<reservation> holds;
    std::vector<schedule_id> schedules;  ///< with holds
  };
  std::shared_ptr<contents> loaded;
};

/// A hold whose key may have been seen before, and what the store says about the key.
struct key_looked_up {
  hold_seats command;
  caf::actor caller;
  boxoffice::fault fault{fault::none};
  std::optional<remembered_hold> found;
};

struct keys_pruned {
  std::size_t count{0};
};
struct load_memory_tick {};
struct prune_keys_tick {};

/// The front desk: recognises retries, refuses what master data and the waiting room refuse, passes
/// the rest on to the desk of the schedule, and knows the holds of a user across schedules.
class reservation_desk_state {
 public:
  using interface = accepts_also<reservation_desk_actor, hold_answers, confirm_answer,
                                 hold_released, commit_report, memory_loaded, key_looked_up,
                                 keys_pruned, load_memory_tick, prune_keys_tick>;

  reservation_desk_state(interface::pointer self, const reservation_context& context);
  ~reservation_desk_state();
  reservation_desk_state(const reservation_desk_state&) = delete;
  reservation_desk_state& operator=(const reservation_desk_state&) = delete;

  void on(hold_seats& m) { when_loaded(m); }
  void on(release_reservation& m) { when_loaded(m); }
  void on(find_reservation& m) { when_loaded(m); }
  void on(list_reservations& m) { when_loaded(m); }
  void on(read_seats& m) { when_loaded(m); }
  void on(confirm_reservation& m) { when_loaded(m); }
  void on(revert_reservation& m) { when_loaded(m); }
  void on(hold_answers& m);
  void on(confirm_answer& m);
  void on(const hold_released& m) { holds_.remove(m.user, m.reservation); }
  void on(const commit_report& m);
  void on(const memory_loaded& m);
  void on(key_looked_up& m);
  void on(const keys_pruned& m);
  void on(const load_memory_tick&) { load_memory(); }
  void on(const prune_keys_tick&);

 private:
  using hold_item = hold_answers::item;
  using line = write_line<reservation_write, hold_item>;
  struct counter_desk {
    std::shared_ptr<const schedule> of;
    schedule_desk_actor desk;
  };

  template <class Message>
  void when_loaded(Message& m);
  void run(hold_seats& m, const caf::actor& caller);
  void run(release_reservation& m, const caf::actor& caller);
  void run(find_reservation& m, const caf::actor& caller);
  void run(list_reservations& m, const caf::actor& caller);
  void run(read_seats& m, const caf::actor& caller);
  void run(confirm_reservation& m, const caf::actor& caller);
  void run(revert_reservation& m, const caf::actor& caller);

  void look_up_key(hold_seats& m, const caf::actor& caller);
  void start_hold(hold_seats& m, const caf::actor& caller);
  void refuse_hold(hold_item item);
  void settle_hold(hold_item& item);
  void look_up_doubtful(hold_item item);
  template <class Message>
  void pass_on(const counter_desk& to, Message& m, const caf::actor& caller);
  const counter_desk* desk_of(schedule_id id);
  void load_memory();
  void prune_keys();

  interface::pointer self_;
  reservation_context context_;
  line line_;
  key_book keys_;
  concert_holds holds_;
  std::unordered_map<schedule_id, counter_desk> desks_;

  enum class memory : std::uint8_t { absent, loaded } memory_{memory::absent};
  milliseconds retry_pause_{0};
  std::vector<std::function<void()>> early_;  // commands that came before the memory
  std::array<counter*, 10> refused_{};        // by hold_refusal
};

template <class Inspector>
auto inspect(Inspector& f, keys_pruned& m) {
  return fields(f, m.count);
}
template <class Inspector>
auto inspect(Inspector& f, load_memory_tick&) {
  return fields(f);
}
template <class Inspector>
auto inspect(Inspector& f, prune_keys_tick&) {
  return fields(f);
}

}  // namespace boxoffice

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::memory_loaded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::key_looked_up)
