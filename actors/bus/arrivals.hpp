#pragma once

#include "actors/bus/event_codec.hpp"
#include "actors/bus/event_source.hpp"
#include "actors/core/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace boxoffice {

/// What has arrived from a broker and is not acknowledged yet, in order of arrival. Pure.
///
///     acknowledged │ applied, parked … │ with the consumer, or being parked │ waiting
///
/// One batch is with the consumer at a time. An event that the consumer refuses for good is
/// parked, and so is every later one of its schedule.
class arrivals {
 public:
  void add(std::vector<event_source::arrival> more, const event_decoder& decode);

  /// The next events for the consumer, at most `max`; those with it already if there are any.
  std::vector<payment_event> give(std::size_t max);
  [[nodiscard]] bool is_given() const { return given_ > 0; }

  /// The consumer has applied what it was given, up to the event `sequence`. No: it says nothing
  /// new.
  bool applied(std::uint64_t sequence);
  /// The consumer has applied what stands before the event `sequence`, and will never take it. No:
  /// it was not given that.
  bool refused(std::uint64_t sequence, const std::string& reason);

  /// What has to be parked before anything behind it is acknowledged; each once, until `parked` or
  /// `not_parked`.
  struct parking {
    std::uint64_t tag;
    std::string body, reason;
  };
  std::optional<parking> next_to_park();
  void parked(std::uint64_t tag);
  void not_parked(std::uint64_t tag);

  /// Nothing of the schedule is given any more; what comes of it is parked.
  void hold(schedule_id schedule, const event_id& behind);
  void let_go(schedule_id schedule) { parked_.erase(schedule); }
  /// The same of all schedules of which nothing waits to be parked.
  void let_go_all();
  /// Whether something of the schedule waits to be parked.
  [[nodiscard]] bool parks(schedule_id schedule) const;

  /// Up to which tag everything is applied or parked, if that is news.
  std::optional<std::uint64_t> take_done();
  [[nodiscard]] std::size_t waiting() const { return items_.size(); }

 private:
  enum class state : std::uint8_t { waiting, given, to_park, being_parked, done };
  struct item {
    std::uint64_t tag;
    std::string body;  ///< in case that it is parked
    std::variant<payment_event, event_fault> what;
    state is{state::waiting};
    schedule_id of{};  ///< once it is to be parked; none of what is no event
  };
  item* find(std::uint64_t tag);
  item* find_given(std::uint64_t sequence);
  void finish_before(const item* end);
  void to_be_parked(item& it, std::string reason);

  std::deque<item> items_;
  std::size_t given_{0};
  std::unordered_map<schedule_id, std::string> parked_;  // why nothing of a schedule is taken
};

}  // namespace boxoffice
