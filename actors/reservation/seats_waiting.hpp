#pragma once

#include "actors/reservation/schedule_actor.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace boxoffice {

/// Questions about the seats of a schedule that wait until something changes. **Thread**: its
/// schedule's.
class seats_waiting {
 public:
  using question = forwarded<read_seats>;

  /// Keeps `asked` while the version is what it knows, for as long as it wants to wait. No when it
  /// is to be answered at once.
  [[nodiscard]] bool keep(const question& asked, std::uint64_t version);
  /// Those that are to be answered: the version is another, or their time is over.
  [[nodiscard]] std::vector<question> take(std::uint64_t version, time_point now);
  /// When the time of the next one is over.
  [[nodiscard]] std::optional<time_point> next() const;

 private:
  [[nodiscard]] static time_point until(const question& asked);

  std::vector<question> open_;
};

}  // namespace boxoffice
