#pragma once

#include "actors/payment/payment_parts.hpp"
#include "actors/payment/saga_messages.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>

namespace boxoffice {

/// The place of one open saga.
struct open_payment {
  payment row;      ///< durable once `durable` says so
  saga_actor saga;  ///< null: its start is being written, or its end
  enum class start : bool { not_durable, durable } is{start::not_durable};
  std::uint64_t entity{0};
  std::optional<waiting_client> waits;  ///< who is not yet answered
  time_point due{};                     ///< of the saga's step
  time_point armed{};                   ///< the earliest entry among the deadlines
  std::optional<saga_decision> unsent;  ///< the committer was full
};

/// The payments whose sagas are open, by id and by reservation. **Thread**: the service's.
class open_payments {
 public:
  open_payment& add(payment row) {
    const auto id = row.id;
    // A younger payment of the same reservation keeps its place.
    by_reservation_.try_emplace(row.reservation, id);
    auto& p = by_id_[id];
    p.row = std::move(row);
    return p;
  }
  void erase(payment_id id) {
    const auto found = by_id_.find(id);
    const auto at = by_reservation_.find(found->second.row.reservation);
    if (at != by_reservation_.end() && at->second == id) by_reservation_.erase(at);
    by_id_.erase(found);
  }
  void clear() {
    by_id_.clear();
    by_reservation_.clear();
  }

  [[nodiscard]] open_payment* find(payment_id id) {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] const open_payment* find(payment_id id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] const open_payment* find(reservation_id reservation) const {
    const auto at = by_reservation_.find(reservation);
    return at == by_reservation_.end() ? nullptr : find(at->second);
  }
  [[nodiscard]] std::size_t size() const { return by_id_.size(); }
  [[nodiscard]] auto begin() { return by_id_.begin(); }
  [[nodiscard]] auto end() { return by_id_.end(); }

  /// When the oldest of them began.
  [[nodiscard]] time_point oldest(time_point now) const {
    auto oldest = now;
    for (const auto& [id, p] : by_id_)
      oldest =
          std::min(oldest, p.row.completed_at == no_time ? p.row.created_at : p.row.changed_at);
    return oldest;
  }

 private:
  std::unordered_map<payment_id, open_payment> by_id_;
  std::unordered_map<reservation_id, payment_id> by_reservation_;
};

}  // namespace boxoffice
