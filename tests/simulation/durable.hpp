#pragma once

#include "actors/cluster/takeover_watch.hpp"
#include "actors/commit/fence.hpp"
#include "actors/core/planted_bugs.hpp"
#include "tests/actors/concert/memory_concert_store.hpp"
#include "tests/actors/payment/memory_payment_store.hpp"
#include "tests/actors/point/memory_point_store.hpp"
#include "tests/actors/queue/memory_queue_ranking_store.hpp"
#include "tests/actors/reservation/memory_reservation_store.hpp"
#include "tests/simulation/services.hpp"

#include <algorithm>
#include <any>
#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace boxoffice::simulation {

/// What survives every crash: the rows of each service, and who may write them.
struct durable {
  testing::memory_concert_store concert;
  testing::memory_queue_ranking_store queue_ranking;
  testing::memory_reservation_store reservation;
  testing::memory_point_store point;
  testing::memory_payment_store payment;

  /// The epoch of the last owner of a store (docs/PROMISES.md, G12).
  std::uint64_t& epoch(service s) {
    switch (s) {
      case service::concert:
        return concert.owner_epoch;
      case service::queue_ranking:
        return queue_ranking.owner_epoch;
      case service::reservation:
        return reservation.owner_epoch;
      case service::point:
        return point.owner_epoch;
      case service::payment:
        break;
    }
    return payment.owner_epoch;
  }
  /// A store as it is, epoch and all, for `set_back`.
  [[nodiscard]] std::any copy_of(service s) const {
    switch (s) {
      case service::concert:
        return concert;
      case service::queue_ranking:
        return queue_ranking;
      case service::reservation:
        return reservation;
      case service::point:
        return point;
      case service::payment:
        break;
    }
    return payment;
  }
  void set_back(service s, const std::any& copy) {
    switch (s) {
      case service::concert:
        concert.become(std::any_cast<const testing::memory_concert_store&>(copy));
        return;
      case service::queue_ranking:
        queue_ranking.become(std::any_cast<const testing::memory_queue_ranking_store&>(copy));
        return;
      case service::reservation:
        reservation.become(std::any_cast<const testing::memory_reservation_store&>(copy));
        return;
      case service::point:
        point.become(std::any_cast<const testing::memory_point_store&>(copy));
        return;
      case service::payment:
        break;
    }
    payment.become(std::any_cast<const testing::memory_payment_store&>(copy));
  }
  /// A new owner; the epoch is drawn by the rule of every store (docs/PROMISES.md, G20).
  std::uint64_t take_over(service s, time_point now) {
    auto& last = epoch(s);
    const auto wall = is_planted(planted_bug::epoch_by_counter)
                          ? std::uint64_t{0}
                          : static_cast<std::uint64_t>(now.time_since_epoch().count());
    last = std::max(last + 1, wall);
    auto& row = owners[static_cast<std::size_t>(s)];
    ++row.batch;
    row.released = false;
    return last;
  }
  /// The same for a node that saw the store free at `seen`; empty: it is not so any more.
  std::optional<std::uint64_t> take_over(service s, time_point now, const store_position& seen) {
    if (!may_take_over(seen, row_of(s).at)) return std::nullopt;
    return take_over(s, now);
  }

  /// Of whoever owns the store of a service, as a standby sees it.
  [[nodiscard]] cluster::owner_row row_of(service s) {
    const auto& row = owners[static_cast<std::size_t>(s)];
    return {std::string{name_of(s)}, {epoch(s), row.batch}, 0, row.released};
  }
  /// A batch of the owner `by` is done.
  void took_batch(service s, std::uint64_t by) {
    auto& row = owners[static_cast<std::size_t>(s)];
    if (by < row.last_writer && broken.empty())
      broken = std::string{name_of(s)} + " has two owners that write";
    row.last_writer = std::max(row.last_writer, by);
    ++row.batch;
    row.released = false;
  }
  /// Its owner frees it; false: another one owns it.
  bool release(service s, std::uint64_t by) {
    if (epoch(s) != by) return false;
    auto& row = owners[static_cast<std::size_t>(s)];
    ++row.batch;
    row.released = true;
    return true;
  }

  struct owner {
    std::uint64_t batch{0}, last_writer{0};
    bool released{false};
  };
  std::array<owner, service_count> owners;
  std::string broken;  ///< what must never be, in words
};

}  // namespace boxoffice::simulation
