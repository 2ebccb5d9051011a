#pragma once

#include "actors/audit/audit.hpp"
#include "actors/core/ids.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace boxoffice::audit {

inline std::string payment_name(std::uint64_t id) { return to_text(payment_id{id}); }
inline std::string reservation_name(std::uint64_t schedule, std::uint64_t id) {
  return to_text(reservation_id{{schedule}, id});
}
inline std::string transaction_name(std::uint64_t id) { return to_text(transaction_id{id}); }
inline std::string event_name(std::uint64_t id) { return to_text(event_id{id}); }
inline std::string seat_name(std::uint64_t schedule, std::uint32_t seat) {
  return to_text(schedule_id{schedule}) + ":" + std::to_string(seat);
}

/// Collects violations, at most so many.
class findings {
 public:
  explicit findings(std::size_t max) : max_{max} {}

  void add(rule broken, std::vector<std::string> ids, std::string detail) {
    if (found_.size() < max_)
      found_.push_back({broken, std::move(ids), std::move(detail)});
    else
      ++unlisted_;
  }
  std::vector<violation> take() { return std::move(found_); }
  [[nodiscard]] std::size_t unlisted() const { return unlisted_; }

 private:
  std::size_t max_;
  std::size_t unlisted_{0};
  std::vector<violation> found_;
};

/// Rows by one of their numbers, in their own order under the same number.
template <class Row>
class index_by {
 public:
  index_by(const std::vector<Row>& rows, std::uint64_t Row::*key) : key_{key} {
    rows_.reserve(rows.size());
    for (const auto& r : rows)
      rows_.push_back(&r);
    const auto by = [key](const Row* r) { return r->*key; };
    if (!std::ranges::is_sorted(rows_, {}, by)) std::ranges::stable_sort(rows_, {}, by);
  }

  [[nodiscard]] std::span<const Row* const> all(std::uint64_t number) const {
    const auto by = [this](const Row* r) { return r->*key_; };
    // Not equal_range: clang 14 cannot read its result in this standard library.
    return {std::ranges::lower_bound(rows_, number, {}, by),
            std::ranges::upper_bound(rows_, number, {}, by)};
  }
  /// The first, or null.
  [[nodiscard]] const Row* find(std::uint64_t number) const {
    const auto found = all(number);
    return found.empty() ? nullptr : found.front();
  }
  /// Every row, ascending by the number.
  [[nodiscard]] const std::vector<const Row*>& sorted() const { return rows_; }

 private:
  std::uint64_t Row::*key_;
  std::vector<const Row*> rows_;
};

/// The books with the ways into them that several rules need.
struct ledgers {
  explicit ledgers(const books& of)
      : all{of},
        payments{of.payments, &payment_row::id},
        reservations{of.reservations, &reservation_row::id},
        moves{of.ledger, &ledger_row::reference},
        events{of.events, &event_row::payment} {}

  const books& all;
  index_by<payment_row> payments;
  index_by<reservation_row> reservations;
  index_by<ledger_row> moves;  ///< by payment; charges under 0
  index_by<event_row> events;  ///< by payment
};

/// Whether money and seats are the buyer's, or on their way back from there.
constexpr bool was_completed(const payment_row& p) {
  switch (p.state) {
    case payment_state::completed:
    case payment_state::refund_started:
    case payment_state::refund_released:
    case payment_state::refunded:
      return true;
    case payment_state::parked:
      return p.completed_at != 0;
    case payment_state::started:
    case payment_state::debited:
    case payment_state::failed:
    case payment_state::refunding:
    case payment_state::compensated:
      break;
  }
  return false;
}

void check_accounts(const ledgers& in, findings& out);
void check_steps(const ledgers& in, findings& out);
void check_seats(const ledgers& in, std::int64_t now, findings& out);
void check_moves(const ledgers& in, findings& out);
void check_reservations(const ledgers& in, findings& out);
void check_sagas(const ledgers& in, const audit_terms& terms, findings& out);
void check_events(const ledgers& in, const audit_terms& terms, findings& out);
void check_consumers(const ledgers& in, const audit_terms& terms, findings& out);

}  // namespace boxoffice::audit
