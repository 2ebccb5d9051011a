#pragma once

#include "actors/caf/actor.hpp"
#include "actors/caf/message.hpp"
#include "actors/concert/catalogue.hpp"
#include "actors/core/call_context.hpp"
#include "actors/core/fault.hpp"
#include "actors/durable/figures.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace boxoffice {

/// Adds a concert. The caller has checked the form.
struct create_concert {
  using reply = struct catalogue_reply;
  std::uint64_t correlation{0};
  concert draft;  ///< id is ignored
  call_context call{};
};

/// Adds a schedule to a concert. The caller has checked the form (counts, order of times).
struct create_schedule {
  using reply = struct catalogue_reply;
  std::uint64_t correlation{0};
  schedule draft;  ///< id is ignored
  call_context call{};
  /// That of the draft, beside it: on links a schedule is what peers of before know.
  seconds hold_extension{0};

  static create_schedule of(schedule draft) {
    const auto extension = draft.hold_extension;
    return {.draft = std::move(draft), .hold_extension = extension};
  }
};

/// Changes how a concert lets people in, at once.
struct change_waiting_room {
  using reply = struct catalogue_reply;
  std::uint64_t correlation{0};
  concert_id concert;
  waiting_room_rule rule;
  call_context call{};
};

enum class catalogue_refusal : std::uint8_t { none, concert_not_found };

/// Answers the three above. **Ensures** the snapshot already shows the change when refusal and
/// fault are none.
struct catalogue_reply {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  catalogue_refusal refusal{catalogue_refusal::none};
  concert_id concert;
  schedule_id schedule;
};

/// Somebody who keeps a copy of the catalogue (catalogue_replica.hpp) asks what has changed since
/// the version that they have. Answered at once when something has, else after a while.
struct follow_catalogue {
  using reply = struct catalogue_changes;
  std::uint64_t correlation{0};
  std::uint64_t follower{0};           ///< the same in all questions of one life of a replica
  std::uint64_t epoch{0}, version{0};  ///< of the answer before; 0 for the first
  call_context call{};
};

/// The entries that changed, as they are now. Versions of different epochs have nothing in common.
struct catalogue_changes {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  std::uint64_t epoch{0}, version{0};
  std::vector<concert> concerts;
  std::vector<schedule> schedules;
  enum class more : bool { no, yes } follows{more::no};
  /// That of each of the schedules, beside them: see create_schedule.
  std::vector<seconds> hold_extensions{};
};

/// Owns the master data: decides, persists, publishes the new snapshot, answers once everybody who
/// follows has it too.
using catalogue_actor =
    accepts<create_concert, create_schedule, change_waiting_room, follow_catalogue, read_figures>;

}  // namespace boxoffice

// CAF itself never writes these: links have a form of their own (actors/cluster/wire.hpp).
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::create_concert)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::create_schedule)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::catalogue_changes)
