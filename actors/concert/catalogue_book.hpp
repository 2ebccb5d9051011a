#pragma once

#include "actors/concert/catalogue.hpp"
#include "actors/concert/concert_store.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>

namespace boxoffice {

/// The master data with its changes under way: what is committed, and what has been decided on top
/// of it. Ids count from 1, without a gap unless a commit fails.
///
/// Life cycle: made from what the store holds; every decision is followed, in the same order, by
/// `settle` when it is durable, or by `forget_unsettled` when it never will be. **Thread**: its
/// desk's.
class catalogue_book {
 public:
  enum class verdict : std::uint8_t {
    done,
    concert_not_found,
    ids_exhausted,  ///< 24 bits of ids are given away
  };
  struct decision {
    verdict outcome{verdict::done};
    concert_write write;  ///< valid when done
  };

  explicit catalogue_book(catalogue committed);

  decision add_concert(concert draft);
  decision add_schedule(schedule draft);
  decision change_waiting_room(concert_id id, const waiting_room_rule& rule);

  /// Takes a decision made before `forget_unsettled` over again.
  void decide(const concert_write& write);
  /// `write` is durable.
  void settle(const concert_write& write);
  /// Nothing that was decided and not settled will ever be durable.
  void forget_unsettled();
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
