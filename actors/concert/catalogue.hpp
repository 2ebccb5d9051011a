#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/money.hpp"
#include "actors/core/time.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice {

/// How a concert lets people in. Disabled: a queue token is ACTIVE at once.
struct waiting_room_rule {
  bool enabled{false};
  std::uint32_t active_max{0};        ///< tokens ACTIVE at the same time
  std::uint32_t admit_per_second{0};  ///< tokens that may become ACTIVE in one second

  auto operator<=>(const waiting_room_rule&) const = default;
};

/// Master data of a concert.
struct concert {
  concert_id id;
  std::string title;
  std::string artist;
  std::optional<std::string> description;
  waiting_room_rule waiting_room;
};

/// One block of seats with one price.
struct section {
  std::string name;  ///< [A-Za-z0-9]{1,16}, unique in its schedule
  std::uint32_t rows{0};
  std::uint32_t seats_per_row{0};
  points price;
};

/// The number of a seat within its schedule: 0 .. seat_count-1, sections in order, row by row.
using seat_index = std::uint32_t;

/// Where a seat is, for the seat map.
struct seat_place {
  std::uint32_t section;  ///< index into sections()
  std::uint32_t row;      ///< from 1
  std::uint32_t number;   ///< within the row, from 1
};

/// The seats of one schedule, derived from its sections: `<section>-<n>`, n counting from 1 through
/// the section's rows. Immutable, so it is shared between threads.
class seat_map {
 public:
  explicit seat_map(std::vector<section> sections);

  [[nodiscard]] const std::vector<section>& sections() const { return sections_; }
  [[nodiscard]] std::uint32_t seat_count() const { return starts_.back(); }
  /// First seat of a section; `first_seat(sections().size())` is seat_count().
  [[nodiscard]] seat_index first_seat(std::size_t section) const { return starts_[section]; }
  [[nodiscard]] std::string name_of(seat_index seat) const;
  [[nodiscard]] seat_place place_of(seat_index seat) const;
  [[nodiscard]] points price_of(seat_index seat) const;
  /// Empty when there is no such seat; `A-01` and `A-+1` are no names.
  [[nodiscard]] std::optional<seat_index> find(std::string_view name) const;
  [[nodiscard]] std::optional<std::uint32_t> find_section(std::string_view name) const;

 private:
  std::vector<section> sections_;
  std::vector<seat_index> starts_;  // one more than sections_
};

/// Master data of a schedule: one performance with its seats and sales window.
struct schedule {
  schedule_id id;
  concert_id concert;
  time_point starts_at, sales_open_at, sales_close_at;
  std::string venue;
  seconds hold{300};  ///< how long a hold lives
  std::uint32_t max_seats_per_user{4};
  seat_map seats{{}};
  seconds hold_extension{0};  ///< by which a hold may be extended, once; 0: it may not
};

/// All master data at one moment; immutable and shared. Entries are in order of id.
struct catalogue {
  std::map<concert_id, std::shared_ptr<const concert>> concerts;
  std::map<schedule_id, std::shared_ptr<const schedule>> schedules;

  [[nodiscard]] std::shared_ptr<const concert> find(concert_id id) const;
  [[nodiscard]] std::shared_ptr<const schedule> find(schedule_id id) const;
  /// Schedules of one concert, in order of id.
  [[nodiscard]] std::vector<std::shared_ptr<const schedule>> schedules_of(concert_id id) const;
};

/// The catalogue as readers see it: a pointer that its owner swaps, or who follows the owner from
/// another process. **Thread**: any.
class catalogue_view {
 public:
  [[nodiscard]] std::shared_ptr<const catalogue> snapshot() const { return current_.load(); }
  void publish(std::shared_ptr<const catalogue> next) { current_.store(std::move(next)); }

  /// Whether what is not in the snapshot does not exist. A replica that has not heard of the owner
  /// for a while may lack something: then nobody says "not found".
  [[nodiscard]] bool is_complete(time_point now) const { return now < complete_until_.load(); }
  /// Whether it was complete at least once.
  [[nodiscard]] bool is_known() const { return complete_until_.load() != no_time; }
  /// This is a replica's, and lacks everything.
  void follows() { complete_until_.store(no_time); }
  void complete_until(time_point moment) { complete_until_.store(moment); }

 private:
  std::atomic<std::shared_ptr<const catalogue>> current_{std::make_shared<const catalogue>()};
  std::atomic<time_point> complete_until_{time_point::max()};
};

}  // namespace boxoffice
