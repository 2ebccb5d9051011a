#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/time.hpp"
#include "actors/reservation/seat_snapshot.hpp"

#include <cstdint>

namespace boxoffice {

/// What a seat says to a hold that asks for it.
enum class seat_verdict : std::uint8_t {
  granted,
  taken,  ///< somebody else holds it, or it is sold
};

/// One seat: who has it, and until when (docs/PROMISES.md, G1 and G3). A hold whose deadline has
/// come counts for nothing, whether or not anybody noticed. Repeating a command of the same
/// reservation gives the same answer.
///
/// Life cycle: made with what its schedule knows when its actor is activated; forgotten when idle.
class seat {
 public:
  /// A seat that nobody has.
  seat() = default;
  /// A seat as it stands: held until `expires_at`, or sold.
  seat(seat_status status, reservation_id holder, time_point expires_at)
      : holder_{holder}, expires_at_{expires_at}, status_{status} {}

  /// Holds the seat for `by`. **Rejects** taken.
  seat_verdict claim(reservation_id by, time_point expires_at, time_point now);
  /// The reservation that holds it was paid. Nothing when `by` does not have it.
  void sell(reservation_id by);
  /// The hold of `by` lives until then. Nothing when `by` does not hold it.
  void extend(reservation_id by, time_point expires_at);
  /// Gives the seat back, if `by` has it. **Ensures** `by` does not have it.
  void free(reservation_id by);

  [[nodiscard]] seat_status status_at(time_point now) const;
  [[nodiscard]] reservation_id holder() const { return holder_; }

 private:
  reservation_id holder_;
  time_point expires_at_{};
  seat_status status_{seat_status::available};
};

}  // namespace boxoffice
