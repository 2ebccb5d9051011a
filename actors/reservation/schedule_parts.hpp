#pragma once

#include "actors/durable/journal.hpp"
#include "actors/durable/recovery.hpp"
#include "actors/durable/store_reads.hpp"
#include "actors/reservation/active_seats.hpp"
#include "actors/reservation/live_reservations.hpp"
#include "actors/reservation/schedule_actor.hpp"
#include "actors/reservation/seat_inventory.hpp"
#include "actors/reservation/seats_waiting.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace boxoffice {

using release_command = forwarded<release_reservation>;
using confirm_command = forwarded<confirm_reservation>;
using revert_command = forwarded<revert_reservation>;
using admit_command = forwarded<admit_ticket>;
using extend_command = forwarded<extend_hold>;
using seats_question = forwarded<read_seats>;
/// Monostate: the sweeper's, which nobody waits for.
using schedule_command =
    std::variant<std::monostate, claim_seats, release_command, confirm_command, revert_command,
                 admit_command, extend_command, seats_question>;

/// One command on its way, and what was decided about it.
struct schedule_operation {
  schedule_command asked;
  hold_outcome outcome;  ///< `held` is the row as written, whatever was asked
  confirm_refusal refusal{confirm_refusal::none};
  admission_reply admission{};         ///< to an admission
  extension_outcome extension{};       ///< to an extension
  std::vector<reservation_id> lapsed;  ///< whose end is written along with it
};
using schedule_journal = journal<reservation_write, schedule_operation>;

/// What a schedule knows of its reservations and seats while it is in memory.
struct schedule_memory {
  schedule_memory(const std::shared_ptr<const schedule>& of, epoch_numbers& versions,
                  time_point now)
      : seats{of, versions}, reservations{seats, now} {}

  seat_inventory seats;
  live_reservations reservations;
  std::uint64_t entity{0};
};

/// What the parts of a schedule share. **Thread**: the schedule's.
struct schedule_parts {
  [[nodiscard]] time_point now() const { return context.clock.now(); }

  caf::actor self;
  caf::actor front;
  std::shared_ptr<const schedule> of;
  reservation_context context;
  timer_fn later;
  schedule_journal writes;
  store_reads<reservation_reader> reads;
  recovery phase;
  active_seats seat_actors;
  std::unique_ptr<schedule_memory> memory;  ///< null: it is in the store only
  std::function<void()> finish;             ///< after what may have changed something
  std::shared_ptr<parked_entities> parked;  ///< what operators see of it
  seats_waiting waiting{};
};

}  // namespace boxoffice
