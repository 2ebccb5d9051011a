#pragma once

#include "actors/bus/event_codec.hpp"
#include "actors/bus/event_source.hpp"
#include "actors/core/time.hpp"
#include "actors/payment/payment.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace boxoffice {

/// What is parked at a broker for one group, as the records there say it. Pure.
///
/// A group's place for parked events is only ever appended to. A record is an event with the time
/// and the reason; or the id of an event alone, which is parked no longer then. So an event is
/// parked from its first record on until its id comes, in whatever order records are read.
class parked_log {
 public:
  /// Begins anew with these records. What is no event of ours stays where it is and holds up
  /// nobody.
  void restore(const std::vector<event_source::parked_record>& records,
               const event_decoder& decode);
  void add(parked_event what);
  /// It is parked no longer.
  void settle(event_id id);
  /// It was refused once more.
  void refused_again(event_id id, std::string reason);

  [[nodiscard]] const parked_event* find(event_id id) const;
  /// The oldest that are parked of a schedule, in order.
  [[nodiscard]] std::vector<payment_event> first_of(schedule_id schedule, std::size_t max) const;
  [[nodiscard]] bool holds(schedule_id schedule) const { return by_schedule_.contains(schedule); }
  /// All of them, by schedule.
  [[nodiscard]] const auto& all() const { return by_schedule_; }

  /// How a record's reason says when it was parked.
  static std::string stamped(time_point at, const std::string& reason);
  /// The body of the record that settles an event.
  static std::string settling(event_id id) { return to_text(id); }

 private:
  std::unordered_map<schedule_id, std::map<std::uint64_t, parked_event>>
      by_schedule_;  // by sequence
  std::unordered_map<event_id, std::pair<schedule_id, std::uint64_t>> places_;
};

}  // namespace boxoffice
