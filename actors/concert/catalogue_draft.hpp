#pragma once

#include "actors/concert/catalogue.hpp"
#include "actors/concert/concert_store.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>

namespace boxoffice {

/// The master data with its changes under way: what is committed, and what has been decided on top
/// of it.
///
/// Life cycle: made from what the store holds. A decision changes nothing: `apply` it when its
/// write was taken, `made_durable` when that is committed. When a commit does not go as decided,
/// throw the draft away and make a new one from the store. **Thread**: its service's.
class catalogue_draft {
 public:
  enum class verdict : std::uint8_t { done, concert_not_found };
  struct decision {
    verdict outcome{verdict::done};
    concert_write write;  ///< valid when done
  };

  explicit catalogue_draft(catalogue committed);

  /// Each comes with its id.
  [[nodiscard]] decision add_concert(concert draft) const;
  [[nodiscard]] decision add_schedule(schedule draft) const;
  [[nodiscard]] decision change_waiting_room(concert_id id, const waiting_room_rule& rule) const;

  void apply(const concert_write& write) { put(decided_, write); }
  void made_durable(const concert_write& write) { put(committed_, write); }
  /// Whether the committed rows hold `write` as it stands (after an outcome in doubt).
  [[nodiscard]] bool holds(const concert_write& write) const;

  /// What is committed, immutable.
  [[nodiscard]] std::shared_ptr<const catalogue> snapshot() const;

 private:
  static void put(catalogue& into, const concert_write& write);

  catalogue committed_;
  catalogue decided_;
};

}  // namespace boxoffice
